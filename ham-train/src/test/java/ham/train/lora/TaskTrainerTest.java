package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.input.Augmentation;
import ham.train.input.TaskImages;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskTrainerTest {
    private static final LoraSettings LORA = LoraSettings.of(EnumSet.of(Target.QUERY, Target.VALUE), 4);
    private static final Recipe RECIPE = new Recipe(8, 16, 1e-2, 2e-2, 1e-2, new Augmentation(1, true));

    private TorchEngine engine;
    private VitForward vit;
    private TaskImages images;
    private Checkpoint checkpoint;

    @BeforeEach
    void open(@TempDir Path folder) {
        checkpoint = TinyVit.in(folder);
        engine = TorchEngine.open("cpu", 1);
        vit = new VitForward(engine, checkpoint);
        images = Colours.images(Preprocessing.vitDefault(TinyVit.SIDE));
    }

    @AfterEach
    void close() {
        vit.close();
        engine.close();
    }

    @Test
    void learnsASeparableTask() {
        List<StepProgress> progress = new ArrayList<>();
        TaskResult result =
                new TaskTrainer(vit, LORA, RECIPE, 1).train(images, TaskStart.beside(0, 3, List.of()), progress::add);
        assertThat(progress).hasSize(8 * 6);
        assertThat(progress.get(47).step()).isEqualTo(48);
        assertThat(progress).allSatisfy(step -> assertThat(step.steps()).isEqualTo(48));
        assertThat(result.epochs()).hasSize(8);
        assertThat(result.epochs().get(7).loss())
                .isLessThan(0.5 * result.epochs().get(0).loss());
        assertThat(result.epochs().get(7).accuracy()).isGreaterThan(0.9);
        assertThat(result.alpha()).isNotEqualTo(1);
        assertThat(result.groupAlphas()).isEmpty();
        assertThat(result.head().classes()).isEqualTo(3);
        assertThat(result.factors()).hasSize(4).allSatisfy((name, factors) -> {
            assertThat(factors.a()).hasToString("Matrix[4, 16]");
            assertThat(factors.b()).hasToString("Matrix[16, 4]");
            assertThat(factors.scaling()).isEqualTo(1);
            assertThat(factors.b().data()).isNotEqualTo(new float[64]);
        });
    }

    @Test
    void trainsTheScalarsOfGroupsAndNothingElseOfThem() {
        Fixture fixture = new Fixture(checkpoint);
        List<FrozenGroup> groups = fixture.groups();
        float[] before =
                groups.get(0).deltas().values().iterator().next().data().clone();
        TaskResult result =
                new TaskTrainer(vit, LORA, RECIPE, 1).train(images, TaskStart.beside(1, 3, groups), step -> {});
        assertThat(result.groupAlphas()).hasSize(2);
        assertThat(result.groupAlphas().get(0)).isNotEqualTo(0.7).isCloseTo(0.7, within(0.3));
        assertThat(result.groupAlphas().get(1)).isNotEqualTo(-0.4).isCloseTo(-0.4, within(0.3));
        assertThat(groups.get(0).deltas().values().iterator().next().data()).containsExactly(before);
    }

    @Test
    void repeatsForASeedAndTask() {
        TaskResult first =
                new TaskTrainer(vit, LORA, RECIPE, 1).train(images, TaskStart.beside(0, 3, List.of()), step -> {});
        TaskResult again =
                new TaskTrainer(vit, LORA, RECIPE, 1).train(images, TaskStart.beside(0, 3, List.of()), step -> {});
        TaskResult other =
                new TaskTrainer(vit, LORA, RECIPE, 1).train(images, TaskStart.beside(1, 3, List.of()), step -> {});
        String name = first.factors().firstKey();
        assertThat(again.factors().get(name).a().data())
                .usingComparatorWithPrecision(1e-3f)
                .containsExactly(first.factors().get(name).a().data());
        assertThat(again.epochs().get(7).loss()).isCloseTo(first.epochs().get(7).loss(), within(1e-3));
        assertThat(distance(
                        first.factors().get(name).a(), other.factors().get(name).a()))
                .isGreaterThan(0.1);
    }

    private static double distance(Matrix left, Matrix right) {
        double largest = 0;
        for (int i = 0; i < left.data().length; i++) {
            largest = Math.max(largest, Math.abs(left.data()[i] - right.data()[i]));
        }
        return largest;
    }

    @Test
    void stopsWhenTheLossIsNoNumber() {
        TreeMap<String, Matrix> broken = new TreeMap<>();
        float[] values = new float[256];
        Arrays.fill(values, Float.NaN);
        broken.put(checkpoint.names().weight(0, Target.QUERY), new Matrix(16, 16, values));
        TaskTrainer trainer = new TaskTrainer(vit, LORA, RECIPE, 1);
        assertThatThrownBy(() ->
                        trainer.train(images, TaskStart.beside(2, 3, List.of(new FrozenGroup(1, broken))), step -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll(
                        "task 2", "NaN", "step 1 of 48 (epoch 1)", "what was saved before is kept", "--lr");
    }

    @Test
    void refusesWhatDoesNotFit() {
        TaskTrainer trainer = new TaskTrainer(vit, LORA, RECIPE, 1);
        assertThatThrownBy(() -> trainer.train(
                        Colours.images(Preprocessing.vitDefault(16)), TaskStart.beside(0, 3, List.of()), step -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("8 x 8", "16 x 16");
        TreeMap<String, Matrix> wide = new TreeMap<>();
        wide.put(checkpoint.names().weight(0, Target.QUERY), Matrix.zeros(16, 32));
        assertThatThrownBy(() ->
                        trainer.train(images, TaskStart.beside(0, 3, List.of(new FrozenGroup(1, wide))), step -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("(16, 16)", "Matrix[16, 32]");
        assertThatThrownBy(() -> LoraSettings.of(EnumSet.noneOf(Target.class), 4))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> LoraSettings.of(EnumSet.of(Target.KEY), 0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Recipe(0, 1, 0, 0, 0, Augmentation.NONE)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Recipe(1, 1, Double.NaN, 0, 0, Augmentation.NONE))
                .isInstanceOf(InputException.class);
    }
}
