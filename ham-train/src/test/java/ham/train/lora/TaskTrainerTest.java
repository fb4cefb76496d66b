package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.join.Importance;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.input.Augmentation;
import ham.train.input.TaskExamples;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
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
    private TaskExamples images;
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
        assertThat(result.alpha().mean()).isNotEqualTo(1);
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
        assertThat(result.groupAlphas().get(0).mean()).isNotEqualTo(0.7).isCloseTo(0.7, within(0.3));
        assertThat(result.groupAlphas().get(1).mean()).isNotEqualTo(-0.4).isCloseTo(-0.4, within(0.3));
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
        assertThat(again.factors()).isEqualTo(first.factors());
        assertThat(again.epochs()).isEqualTo(first.epochs());
        assertThat(distance(
                        first.factors().get(name).a(), other.factors().get(name).a()))
                .isGreaterThan(0.1);
    }

    @Test
    void goesOnFromGivenFactors() {
        TaskTrainer trainer = new TaskTrainer(vit, LORA, RECIPE, 1);
        TaskResult first = trainer.train(images, TaskStart.beside(0, 3, List.of()), step -> {});
        Recipe still = new Recipe(1, 16, 0, 0, 0, Augmentation.NONE);
        TaskStart start = new TaskStart(1, 3, List.of(), Optional.of(first.factors()), false);
        TaskResult next = new TaskTrainer(vit, LORA, still, 1).train(images, start, step -> {});
        assertThat(next.factors()).isEqualTo(first.factors());
        assertThat(next.alpha()).isEqualTo(Importance.ONE);
        assertThat(next.head().weight()).isNotEqualTo(first.head().weight());
        LoraSettings wider = LoraSettings.of(EnumSet.of(Target.QUERY, Target.VALUE), 5);
        assertThatThrownBy(() -> new TaskTrainer(vit, wider, still, 1).train(images, start, step -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("adapter to go on from", "rank", "found");
        LoraSettings elsewhere = LoraSettings.of(EnumSet.of(Target.KEY), 4);
        assertThatThrownBy(() -> new TaskTrainer(vit, elsewhere, still, 1).train(images, start, step -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("found none");
    }

    @Test
    void tasksCanBeginWithTheSameA() {
        assertThat(initialA(Initialisation.SHARED, 0)).isEqualTo(initialA(Initialisation.SHARED, 1));
        assertThat(initialA(Initialisation.OWN, 0)).isNotEqualTo(initialA(Initialisation.OWN, 1));
        assertThat(initialA(Initialisation.OWN, 1)).isEqualTo(initialA(Initialisation.OWN, 1));
    }

    private Matrix initialA(Initialisation initialisation, int task) {
        LoraSettings lora =
                new LoraSettings(List.of(Target.VALUE), List.of(), 4, 4, false, initialisation, ScalarScope.SHARED);
        TaskStart start = TaskStart.beside(task, 3, List.of());
        TaskParameters parameters = new TaskParameters(new VitLayers(checkpoint), lora, RECIPE, start, 1);
        return parameters.factors().get(parameters.factors().firstKey()).a();
    }

    @Test
    void onlyTheBlocksThatWereChosenAreAdapted() {
        LoraSettings lora = new LoraSettings(
                List.of(Target.KEY, Target.FC2), List.of(1, 1), 4, 4, false, Initialisation.OWN, ScalarScope.SHARED);
        TaskStart start = TaskStart.beside(1, 3, new Fixture(checkpoint).groups());
        TaskResult result = new TaskTrainer(vit, lora, RECIPE, 1).train(images, start, s -> {});
        assertThat(lora.blocks()).containsExactly(1);
        assertThat(result.factors().keySet())
                .containsExactlyInAnyOrder(
                        checkpoint.names().weight(1, Target.KEY),
                        checkpoint.names().weight(1, Target.FC2));
        result.factors().forEach((name, factors) -> assertThat(factors.b().data())
                .as(name)
                .isNotEqualTo(new float[factors.b().data().length]));
    }

    @Test
    void everyLayerCanHaveScalarsOfItsOwn() {
        LoraSettings lora = new LoraSettings(
                List.of(Target.QUERY, Target.VALUE), List.of(), 4, 4, false, Initialisation.OWN, ScalarScope.PER_LAYER);
        FrozenGroup group = new Fixture(checkpoint).groups().get(1);
        String value = checkpoint.names().weight(1, Target.VALUE);
        SortedMap<String, Double> scalars = new TreeMap<>();
        group.deltas().keySet().forEach(name -> scalars.put(name, -0.4));
        scalars.put(value, 0.5);
        FrozenGroup layered = new FrozenGroup(Importance.perLayer(scalars), group.deltas());
        TaskResult result =
                new TaskTrainer(vit, lora, RECIPE, 1).train(images, TaskStart.beside(1, 3, List.of(layered)), s -> {});
        assertThat(result.alpha().layers())
                .hasSize(4)
                .containsOnlyKeys(result.factors().keySet());
        assertThat(result.alpha().layers().values()).doesNotHaveDuplicates();
        assertThat(result.groupAlphas()).hasSize(1);
        Importance trained = result.groupAlphas().get(0);
        assertThat(trained.layers()).containsOnlyKeys(group.deltas().keySet());
        assertThat(trained.at(value)).isNotEqualTo(0.5).isCloseTo(0.5, within(0.3));
        assertThat(trained.at(checkpoint.names().weight(0, Target.FC1))).isCloseTo(-0.4, within(0.3));
    }

    /** A scalar that is not trained is one for all layers, whatever the scope. */
    @Test
    void withoutTrainingTheScalarIsOne() {
        LoraSettings lora = new LoraSettings(
                List.of(Target.QUERY), List.of(), 4, 4, false, Initialisation.OWN, ScalarScope.PER_LAYER);
        TaskStart alone = new TaskStart(0, 3, List.of(), Optional.empty(), false);
        assertThat(new TaskTrainer(vit, lora, RECIPE, 1)
                        .train(images, alone, s -> {})
                        .alpha())
                .isEqualTo(Importance.ONE);
    }

    @Test
    void theControlTrainsTheSame() {
        TaskStart start = TaskStart.beside(1, 3, new Fixture(checkpoint).groups());
        Recipe recipe = new Recipe(1, 16, 1e-3, 1e-2, 1e-2, new Augmentation(1, true));
        TaskResult fast = new TaskTrainer(vit, LORA, recipe, 1).train(images, start, step -> {});
        TaskResult plain = TaskTrainer.control(vit, LORA, recipe, 1).train(images, start, step -> {});
        assertThat(fast.epochs().get(0).loss()).isCloseTo(plain.epochs().get(0).loss(), within(1e-4));
        assertThat(fast.alpha().mean()).isCloseTo(plain.alpha().mean(), within(1e-4));
        assertThat(fast.groupAlphas().get(1).mean())
                .isCloseTo(plain.groupAlphas().get(1).mean(), within(1e-4));
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
                        "task 2", "NaN", "step 1 of 48 (epoch 1)", "what was saved before is kept", "lr");
    }

    /** A huge group counts nothing at first; its scalar's first step makes the products of queries and keys infinite. */
    @Test
    void whatWasSavedBeforeTheLossIsNoNumberIsKept(@TempDir Path folder) {
        Fixture fixture = new Fixture(checkpoint);
        TreeMap<String, Matrix> huge = new TreeMap<>();
        for (Target target : List.of(Target.QUERY, Target.KEY)) {
            huge.put(checkpoint.names().weight(1, target), fixture.matrix(16, 16, 1e19));
        }
        TaskStart start = TaskStart.beside(2, 3, List.of(new FrozenGroup(0, huge)));
        Recipe steep = new Recipe(8, 16, 1e-2, 2e-2, 1, Augmentation.NONE);
        TaskCheckpoint saved = new TaskCheckpoint(folder.resolve("task.safetensors"), Duration.ZERO);
        TaskTrainer trainer = new TaskTrainer(vit, LORA, steep, 1);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> trainer.train(images, start, Optional.empty(), Optional.of(saved), step -> {}))
                    .isInstanceOf(InputException.class)
                    .hasMessageContainingAll("NaN", "step 2 of 48", "what was saved before is kept", "alpha-lr");
            SafetensorsFile file = SafetensorsFile.open(saved.file());
            assertThat(file.metadata()).containsEntry("steps", "1");
            for (String name : file.names()) {
                for (float value : file.floats(name)) {
                    assertThat(value).as(name).isFinite();
                }
            }
        }
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
