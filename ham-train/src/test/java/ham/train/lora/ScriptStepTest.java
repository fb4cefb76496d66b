package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.join.Importance;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.input.Augmentation;
import ham.train.input.Batch;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The fast step against the plain one. */
class ScriptStepTest {
    private static final int PIXELS = 6 * 3 * TinyVit.SIDE * TinyVit.SIDE;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "hf, 1e-6, true, SHARED",
        "hf, 0.3, false, PER_LAYER",
        "timm, 1e-6, true, PER_LAYER",
        "timm, 0.3, false, SHARED"
    })
    void agreesWithThePlainStepForEveryTargetAndKindOfCheckpoint(
            String library, double eps, boolean bias, ScalarScope scope) {
        Checkpoint checkpoint = TinyVit.in(folder, library, eps, bias);
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint)) {
            List<EnumSet<Target>> choices = new ArrayList<>();
            choices.add(EnumSet.allOf(Target.class));
            if (scope == ScalarScope.SHARED) {
                for (Target target : Target.values()) {
                    choices.add(EnumSet.of(target));
                }
            }
            for (EnumSet<Target> targets : choices) {
                Fixture fixture = new Fixture(checkpoint, Fixture.lora(targets, scope));
                assertSameGradients(vit, fixture, fixture.groups());
            }
            assertSameGradients(vit, new Fixture(checkpoint), List.of());
        }
    }

    private static void assertSameGradients(VitForward vit, Fixture fixture, List<FrozenGroup> groups) {
        Batch batch = fixture.batch(fixture.gaussian(PIXELS, 1));
        TaskParameters parameters = fixture.parameters(groups);
        List<float[]> expected;
        StepResult plain;
        try (PlainStep step = new PlainStep(vit, parameters, groups, 0)) {
            plain = step.run(batch, ReplayedLatents.NONE, 1, 0);
            expected = Fixture.gradients(step, parameters, batch);
        }
        // The six images at once, in parts of which one is smaller, and one by one.
        for (int microBatch : List.of(64, 4, 1)) {
            parameters.all().forEach(parameter -> parameter.firstMoment().set(new float[parameter.size()]));
            try (ScriptStep step = new ScriptStep(vit, parameters, groups, microBatch, OptionalDouble.empty())) {
                List<float[]> found = Fixture.gradients(step, parameters, batch);
                StepResult result = step.run(batch, ReplayedLatents.NONE, 1, 0);
                assertThat(result.loss()).isCloseTo(plain.loss(), within(1e-5));
                assertThat(result.correct()).isEqualTo(plain.correct());
                assertThat(result.gradient()).isCloseTo(plain.gradient(), within(1e-3 * plain.gradient()));
                for (int p = 0; p < expected.size(); p++) {
                    assertThat(found.get(p))
                            .as("%s, %d at once", parameters.all().get(p).name(), microBatch)
                            .usingComparatorWithPrecision(2e-5f)
                            .containsExactly(expected.get(p));
                }
            }
        }
    }

    /** Two adapters, the second without one of the first one's layers, beside the same as dense deltas. */
    @ParameterizedTest
    @EnumSource(ScalarScope.class)
    void groupsOfFactorsGiveTheGradientsOfTheirDenseDeltas(ScalarScope scope) {
        Checkpoint checkpoint = TinyVit.in(folder);
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint)) {
            Fixture fixture = new Fixture(checkpoint, Fixture.lora(EnumSet.of(Target.QUERY, Target.FC1), scope));
            List<FrozenGroup> pairs = fixture.pairs();
            List<FrozenGroup> dense = pairs.stream()
                    .map(pair -> new FrozenGroup(pair.alpha(), pair.scaled(Importance.ONE)))
                    .toList();
            Batch batch = fixture.batch(fixture.gaussian(PIXELS, 1));
            TaskParameters parameters = fixture.parameters(dense);
            List<float[]> expected;
            List<float[]> control;
            try (PlainStep step = new PlainStep(vit, parameters, dense, 0)) {
                expected = Fixture.gradients(step, parameters, batch);
            }
            try (PlainStep step = new PlainStep(vit, parameters, pairs, 0)) {
                control = Fixture.gradients(step, parameters, batch);
            }
            try (ScriptStep step = new ScriptStep(vit, parameters, pairs, 64, OptionalDouble.empty())) {
                List<float[]> found = Fixture.gradients(step, parameters, batch);
                for (int p = 0; p < expected.size(); p++) {
                    for (List<float[]> each : List.of(control, found)) {
                        assertThat(each.get(p))
                                .as(parameters.all().get(p).name())
                                .usingComparatorWithPrecision(2e-5f)
                                .containsExactly(expected.get(p));
                    }
                }
            }
        }
    }

    @Test
    void changesParametersAsAdamInJavaDoes() {
        Checkpoint checkpoint = TinyVit.in(folder);
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint)) {
            TaskParameters plain = new Fixture(checkpoint).parameters(new Fixture(checkpoint).groups());
            TaskParameters fast = new Fixture(checkpoint).parameters(new Fixture(checkpoint).groups());
            List<FrozenGroup> groups = new Fixture(checkpoint).groups();
            Batch batch = new Fixture(checkpoint).batch(new Fixture(checkpoint).gaussian(PIXELS, 1));
            try (PlainStep control = new PlainStep(vit, plain, groups, 0);
                    ScriptStep step = new ScriptStep(vit, fast, groups, 64, OptionalDouble.empty())) {
                for (int number = 1; number <= 5; number++) {
                    control.run(batch, ReplayedLatents.NONE, number, 0.5);
                    step.run(batch, ReplayedLatents.NONE, number, 0.5);
                }
                step.read();
            }
            for (int p = 0; p < plain.all().size(); p++) {
                Parameter expected = plain.all().get(p);
                Parameter found = fast.all().get(p);
                assertThat(found.values())
                        .as(expected.name())
                        .usingComparatorWithPrecision(5e-5f)
                        .containsExactly(expected.values());
                assertThat(found.secondMoment().values())
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(expected.secondMoment().values());
            }
        }
    }

    @Test
    void bf16IsNearFp32() {
        Run exact = run("fp32", 10);
        Run rounded = run("bf16", 10);
        for (int step = 0; step < 10; step++) {
            assertThat(rounded.losses().get(step)).isCloseTo(exact.losses().get(step), within(0.05));
        }
        assertThat(rounded.losses()).isNotEqualTo(exact.losses());
    }

    @ParameterizedTest
    @CsvSource({"fp32", "bf16"})
    void repeatsBitForBit(String precision) {
        Run first = run(precision, 20);
        Run again = run(precision, 20);
        assertThat(again.losses()).isEqualTo(first.losses());
        for (int p = 0; p < first.values().size(); p++) {
            assertThat(again.values().get(p)).containsExactly(first.values().get(p));
        }
    }

    private Run run(String precision, int steps) {
        Checkpoint checkpoint = TinyVit.in(folder);
        Fixture fixture = new Fixture(checkpoint);
        List<FrozenGroup> groups = fixture.groups();
        TaskParameters parameters = fixture.parameters(groups);
        Batch batch = fixture.batch(fixture.gaussian(PIXELS, 1));
        List<Double> losses = new ArrayList<>();
        try (TorchEngine engine = TorchEngine.open("cpu", 1, precision);
                VitForward vit = new VitForward(engine, checkpoint);
                ScriptStep step = new ScriptStep(vit, parameters, groups, 64, OptionalDouble.empty())) {
            for (int number = 1; number <= steps; number++) {
                losses.add(step.run(batch, ReplayedLatents.NONE, number, 1).loss());
            }
            step.read();
        }
        return new Run(losses, parameters.all().stream().map(Parameter::values).toList());
    }

    private record Run(List<Double> losses, List<float[]> values) {}

    @Test
    void aStepLeavesNoNativeArrayBehind() {
        Checkpoint checkpoint = TinyVit.in(folder);
        Fixture fixture = new Fixture(checkpoint);
        List<FrozenGroup> groups = fixture.groups();
        TaskParameters parameters = fixture.parameters(groups);
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint);
                ScriptStep step = new ScriptStep(vit, parameters, groups, 64, OptionalDouble.empty())) {
            Batch batch = fixture.batch(fixture.gaussian(PIXELS, 1));
            int before = nativeArrays(vit);
            for (int number = 1; number <= 3; number++) {
                step.run(batch, ReplayedLatents.NONE, number, 1);
            }
            assertThat(before).isGreaterThan(60);
            assertThat(nativeArrays(vit)).isEqualTo(before);
        }
    }

    private static int nativeArrays(VitForward vit) {
        return vit.weight(vit.names().clsToken())
                .getManager()
                .getParentManager()
                .getManagedArrays()
                .size();
    }

    @Test
    void aScalarThatIsNotTrainedStaysOne() {
        Checkpoint checkpoint = TinyVit.in(folder);
        TaskStart start = new TaskStart(0, 3, List.of(), Optional.empty(), false);
        TaskParameters parameters =
                new TaskParameters(new VitLayers(checkpoint), Fixture.LORA, Recipe.DEFAULT, start, 5);
        Fixture fixture = new Fixture(checkpoint);
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint);
                ScriptStep step = new ScriptStep(vit, parameters, List.of(), 64, OptionalDouble.empty())) {
            for (int number = 1; number <= 3; number++) {
                step.run(fixture.batch(fixture.gaussian(PIXELS, 1)), ReplayedLatents.NONE, number, 1);
            }
            step.read();
        }
        assertThat(parameters.scalars().alpha().mean()).isEqualTo(1);
        assertThat(parameters.b().firstKey()).isNotNull();
        assertThat(parameters.b().get(parameters.b().firstKey()).values()).isNotEqualTo(new float[32]);
    }

    /** What has no learning rate costs no gradient, and nothing else is trained differently for it. */
    @ParameterizedTest
    @CsvSource({"0, 1e-2, 0", "1e-3, 0, 1e-3", "1e-3, 1e-2, 0", "0, 0, 0"})
    void differentiatesOnlyWhatIsTrained(double adapterRate, double headRate, double scalarRate) {
        Checkpoint checkpoint = TinyVit.in(folder);
        Recipe recipe = new Recipe(1, 16, adapterRate, headRate, scalarRate, Augmentation.NONE);
        Fixture fixture = new Fixture(checkpoint);
        List<FrozenGroup> groups = fixture.groups();
        TaskStart start = TaskStart.beside(0, Fixture.CLASSES, groups);
        List<TaskParameters> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(new TaskParameters(new VitLayers(checkpoint), Fixture.LORA, recipe, start, 5));
        }
        Batch batch = fixture.batch(fixture.gaussian(PIXELS, 1));
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint);
                PlainStep control = new PlainStep(vit, both.get(0), groups, 0);
                ScriptStep step = new ScriptStep(vit, both.get(1), groups, 64, OptionalDouble.empty())) {
            for (int number = 1; number <= 3; number++) {
                double expected =
                        control.run(batch, ReplayedLatents.NONE, number, 1).loss();
                StepResult result = step.run(batch, ReplayedLatents.NONE, number, 1);
                assertThat(result.loss()).isCloseTo(expected, within(1e-5));
                assertThat(result.gradient()).isPositive();
            }
            step.read();
        }
        for (int p = 0; p < both.get(0).all().size(); p++) {
            Parameter expected = both.get(0).all().get(p);
            Parameter found = both.get(1).all().get(p);
            assertThat(found.values())
                    .as(expected.name())
                    .usingComparatorWithPrecision(5e-5f)
                    .containsExactly(expected.values());
            boolean watched = found.learningRate() > 0 || found.name().startsWith("head");
            float[] none = new float[found.size()];
            assertThat(Arrays.equals(found.secondMoment().values(), none))
                    .as(found.name())
                    .isEqualTo(!watched);
        }
    }
}
