package ham.job;

import com.fasterxml.jackson.databind.JsonNode;
import ham.common.Version;
import ham.export.ExportRequest;
import ham.export.VitExporter;
import ham.export.parity.EncoderRun;
import ham.job.evaluate.OpenedClassifier;
import ham.job.export.ExportRecord;
import ham.job.export.Exported;
import ham.job.work.Environment;
import ham.job.work.StopHook;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.RunReport;
import ham.report.bench.BenchDocument;
import ham.runtime.classify.Supplement;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.train.config.RunConfig;
import ham.train.eval.DeployedAccuracy;
import ham.train.run.EngineForward;
import ham.train.run.RecordedRun;
import ham.train.run.RunFolder;
import ham.train.run.RunInputs;
import ham.train.run.StreamTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The main job: train the stream, merge, export, compare the three forms, evaluate the exported file; all in one run folder. A method that
 * gives no single model is trained and measured only.
 */
public final class Job {
    /** The exported model in a run folder. */
    public static final String MODEL = "model.onnx";
    /** What the export recorded. */
    public static final String EXPORT = "export.json";
    /** The accuracy of the exported model. */
    public static final String EVALUATION = "evaluation.json";
    /** A serving comparison, where one was made. */
    public static final String BENCH = "bench.json";

    private final RunConfig config;
    private final Path out;
    private final boolean resume;
    private final boolean force;
    private final boolean keepStatistics;
    private final Optional<Path> imageCache;
    private final List<String> command;
    private final JobListener listener;

    private Job(Builder builder) {
        config = Objects.requireNonNull(builder.config, "config");
        out = Objects.requireNonNull(builder.out, "out");
        resume = builder.resume;
        force = builder.force;
        keepStatistics = builder.keepStatistics;
        imageCache = builder.imageCache;
        command = builder.command;
        listener = builder.listener;
    }

    /** A job to be described. */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes a job. */
    public static final class Builder {
        private RunConfig config;
        private Path out;
        private boolean resume;
        private boolean force;
        private boolean keepStatistics;
        private Optional<Path> imageCache = Optional.empty();
        private List<String> command = List.of();
        private JobListener listener = JobListener.SILENT;

        private Builder() {}

        /** What is learnt from what, and how. */
        public Builder setConfig(RunConfig run) {
            config = run;
            return this;
        }

        /** The run folder to write. */
        public Builder setOut(Path run) {
            out = run;
            return this;
        }

        /** Whether an unfinished run is gone on with. */
        public Builder optResume(boolean goOn) {
            resume = goOn;
            return this;
        }

        /** Whether an existing output is replaced. */
        public Builder optForce(boolean replace) {
            force = replace;
            return this;
        }

        /** Whether the finished run keeps the statistics of its heads, which only an unfinished one needs. */
        public Builder optKeepStatistics(boolean keep) {
            keepStatistics = keep;
            return this;
        }

        /** A folder that keeps resized images for this run and later ones. */
        public Builder optImageCache(Path folder) {
            imageCache = Optional.of(folder);
            return this;
        }

        /** What was typed to start the job, for its record. */
        public Builder optCommand(List<String> words) {
            command = List.copyOf(words);
            return this;
        }

        /** Who is told how it goes. */
        public Builder optListener(JobListener told) {
            listener = told;
            return this;
        }

        /** The job. */
        public Job build() {
            return new Job(this);
        }
    }

    /** Whether a run is there and complete. */
    public static boolean isFinished(Path run) {
        return Files.exists(run.resolve(RunFolder.RECORD));
    }

    /**
     * Does the job, or goes on with it; nothing is done where a finished run is to be resumed that was made with the same options.
     *
     * @return the run folder
     * @throws ham.common.HamException when an input is wrong, the output may not be written, or the forms of the model differ
     */
    public Path run() {
        if (resume && isFinished(out)) {
            try (RunInputs inputs = RunInputs.open(config)) {
                RecordedRun.check(out, inputs);
            }
            listener.stage(out + " is finished; there is nothing to resume");
            return out;
        }
        Outputs.checkFolder(out, force, RunFolder.RECORD, List.of(config.base(), config.data()));
        try (RunInputs inputs = RunInputs.open(config, imageCache)) {
            return run(inputs);
        }
    }

    private Path run(RunInputs inputs) {
        Map<String, String> environment = Environment.ofTraining(config, listener::stage);
        try (RunFolder folder = RunFolder.open(out, resume, force)) {
            StopHook hint = new StopHook(() -> interrupted(folder));
            try {
                RecordedRun.writeOrCheck(folder, inputs, environment, command).forEach(listener::warned);
                new StreamTrainer(inputs, listener).run(folder);
                if (config.learning().method().givesOneModel()) {
                    deploy(inputs, folder);
                } else {
                    listener.stage(config.learning().method().optionName()
                            + " keeps an adapter a task and gives no single model: nothing is merged or exported");
                }
                return folder.finish(keepStatistics);
            } finally {
                hint.remove();
            }
        }
    }

    private void interrupted(RunFolder folder) {
        listener.interrupted(folder.path(), folder.finishedTasks(), folder.holdsWork());
        folder.close();
    }

    private void deploy(RunInputs inputs, RunFolder folder) {
        SessionSettings settings = new SessionSettings(config.threads());
        listener.stage("exporting and comparing the three forms of the model");
        export(inputs, folder, settings);
        listener.stage("evaluating the exported model on the test " + inputs.kind() + " of all tasks");
        evaluate(inputs, folder, settings);
        writeReport(folder.path());
    }

    private void export(RunInputs inputs, RunFolder folder, SessionSettings settings) {
        Merged merged = Merged.read(folder.path("merged"));
        try (EngineForward engine = new EngineForward(
                inputs.base(),
                merged.deltas(),
                merged.head().orElseThrow().head(),
                config.device(),
                config.threads())) {
            ExportRequest.Builder request = ExportRequest.builder()
                    .setBase(inputs.base())
                    .setMerged(merged)
                    .setVersion(Version.current())
                    .setOutput(folder.path(MODEL))
                    .setSettings(settings)
                    .optForce(true)
                    .optEngine((values, samples) -> engine.logits(
                            EncoderRun.tensors(inputs.base().encoder().input(), values, samples)));
            inputs.preprocessing().ifPresent(request::optPreprocessing);
            Exported exported = Exported.of(VitExporter.export(request.build()));
            write(
                    folder.path(EXPORT),
                    ExportRecord.of(exported, Optional.empty()).named(MODEL).json());
        }
    }

    private void evaluate(RunInputs inputs, RunFolder folder, SessionSettings settings) {
        List<List<String>> tasks = IntStream.range(0, inputs.stream().tasks())
                .mapToObj(inputs::classNames)
                .toList();
        int total = inputs.data().test().size();
        try (OpenedClassifier classifier =
                OpenedClassifier.of(OnnxModel.open(folder.path(MODEL), settings), Supplement.NONE)) {
            DeployedAccuracy accuracy = DeployedAccuracy.measure(
                    classifier.examples(), inputs.data(), tasks, done -> listener.progress("evaluating", done, total));
            write(folder.path(EVALUATION), JsonFiles.tree(accuracy));
        }
    }

    /** Writes {@code report.html} from the records in a run folder. */
    public static void writeReport(Path run) {
        Path bench = run.resolve(BENCH);
        RunReport report = RunReport.of(
                JsonFiles.read(run.resolve(RunFolder.RECORD), "the record of a run"),
                JsonFiles.read(run.resolve(RunFolder.METRICS), "the accuracies of a run"),
                JsonFiles.read(run.resolve("merged").resolve(MergeFolder.RECORD), "the record of a merge folder"),
                JsonFiles.read(run.resolve(EVALUATION), "the accuracy of an exported model"),
                JsonFiles.read(run.resolve(EXPORT), "the record of an export"),
                Files.exists(bench) ? Optional.of(BenchDocument.read(bench)) : Optional.empty());
        Outputs.file(run.resolve("report.html"), true, file -> Files.writeString(file, report.html()));
    }

    private static void write(Path file, JsonNode json) {
        Outputs.file(file, true, path -> JsonFiles.write(path, json));
    }
}
