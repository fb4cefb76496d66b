package ham.train.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.folder.Merged;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.tensor.Matrix;
import ham.train.TinyVit;
import ham.train.config.RunConfig;
import ham.train.head.DriftRule;
import ham.train.head.HeadSettings;
import ham.train.head.RidgeRule;
import ham.train.input.Augmentation;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import ham.train.lora.StepProgress;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import javax.imageio.ImageIO;

/** A run of three tasks of two classes each on a tiny model, images of 8 x 8 pixels. */
public final class TinyRun {
    /** Tasks of the stream. */
    public static final int TASKS = 3;

    static final int TEST_IMAGES = 4;

    private static final int TRAINING_IMAGES = 10;

    private TinyRun() {}

    /** Writes base and data into a folder. */
    public static void prepare(Path folder) {
        prepare(folder, TRAINING_IMAGES);
    }

    /** The same with another number of training images a class. */
    static void prepare(Path folder, int trainingImages) {
        try {
            TinyVit.in(Files.createDirectories(folder.resolve("base")));
            Random random = new Random(5);
            for (int label = 0; label < 2 * TASKS; label++) {
                write(folder.resolve("data/train/class" + label), label, trainingImages, random);
                write(folder.resolve("data/test/class" + label), label, TEST_IMAGES, random);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path folder, int label, int count, Random random) throws IOException {
        Files.createDirectories(folder);
        for (int i = 0; i < count; i++) {
            BufferedImage image = new BufferedImage(TinyVit.SIDE, TinyVit.SIDE, BufferedImage.TYPE_INT_RGB);
            for (int pixel = 0; pixel < TinyVit.SIDE * TinyVit.SIDE; pixel++) {
                image.setRGB(
                        pixel % TinyVit.SIDE,
                        pixel / TinyVit.SIDE,
                        ((40 * label + random.nextInt(50)) << (8 * (label % 3))) | random.nextInt(30));
            }
            ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
    }

    static RunConfig config(Path folder, HeadKind head, int epochs) {
        return RunConfig.builder()
                .setBase(folder.resolve("base"))
                .setData(folder.resolve("data"))
                .optTasks(TASKS)
                .optSeed(3)
                .optHeads(new HeadSettings(head, 16, RidgeRule.TASK, DriftRule.NONE))
                .optLora(LoraSettings.of(Set.of(Target.QUERY, Target.VALUE), 2))
                .optRecipe(new Recipe(epochs, 8, 1e-3, 5e-3, 1e-3, Augmentation.NONE))
                .optPrecision("fp32")
                .optDevice("cpu")
                .optThreads(1)
                .build();
    }

    /** One epoch of a method, with the analytic head. */
    public static RunConfig config(Path folder, LearningMethod method) {
        return config(folder, HeadKind.ANALYTIC, 1).toBuilder()
                .optLearning(LearningSettings.of(method))
                .build();
    }

    /** Trains a configuration to its end. */
    static FinishedRun run(RunConfig config, Path out) {
        return FinishedRun.of(config, out, Map.of(), List.of(), new Recorder(-1));
    }

    /** Breaks off before the last task, and goes on to the end. */
    static void runInterrupted(RunConfig config, Path out) {
        assertThatThrownBy(() -> FinishedRun.of(config, out, Map.of(), List.of(), new Recorder(2)))
                .hasMessageContaining("stopped before task 2");
        run(config, out);
    }

    static RunInputs inputs(Path folder) {
        return RunInputs.open(config(folder, HeadKind.ANALYTIC, 1));
    }

    static Checkpoint base(Path folder) {
        return Checkpoint.open(folder.resolve("base"));
    }

    /** Keeps the summaries, and breaks off when a task begins. */
    public static class Recorder implements RunProgress {
        final List<TaskSummary> summaries = new ArrayList<>();
        /** What was warned about. */
        public final List<String> warnings = new ArrayList<>();

        /** After how many tasks a run went on. */
        public int resumedAfter = -1;

        int steps;
        private final int stopBefore;
        private final int stopAfterSteps;

        /** Breaks off before this task; -1 for never. */
        public Recorder(int stopBefore) {
            this(stopBefore, Integer.MAX_VALUE);
        }

        Recorder(int stopBefore, int stopAfterSteps) {
            this.stopBefore = stopBefore;
            this.stopAfterSteps = stopAfterSteps;
        }

        @Override
        public void warned(String sentence) {
            warnings.add(sentence);
        }

        @Override
        public void resumed(int finishedTasks, int tasks) {
            resumedAfter = finishedTasks;
        }

        @Override
        public void task(int task, int tasks, List<String> classes) {
            if (task == stopBefore) {
                throw new IllegalStateException("stopped before task " + task);
            }
        }

        @Override
        public void step(int task, int tasks, StepProgress step) {
            if (++steps > stopAfterSteps) {
                throw new IllegalStateException("stopped after step " + stopAfterSteps);
            }
        }

        @Override
        public void finished(TaskSummary summary) {
            summaries.add(summary);
        }
    }

    /** {@code metrics.json} as it lies on disk. */
    /** The merged delta of every adapted weight. */
    static SortedMap<String, Matrix> deltas(FinishedRun run) {
        return Merged.read(run.folder().resolve("merged")).deltas();
    }

    static ObjectNode metrics(FinishedRun run) {
        return JsonFiles.read(run.folder().resolve(RunFolder.METRICS), "the accuracies of a run");
    }
}
