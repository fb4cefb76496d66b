package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.head.LinearHead;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.feature.TailExtractor;
import ham.train.input.Batch;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps in which states of earlier classes go through the tail beside a batch. */
class ReplayStepTest {
    private static final double HOLD = 0.3;
    private static final int STATES = 4;

    private TorchEngine engine;
    private VitForward vit;
    private Fixture fixture;
    private Batch batch;
    private ReplayedLatents replayed;
    private TaskParameters parameters;

    @BeforeEach
    void open(@TempDir Path folder) {
        Checkpoint checkpoint = TinyVit.in(folder);
        engine = TorchEngine.open("cpu", 1);
        vit = new VitForward(engine, checkpoint);
        LoraSettings everywhere =
                Fixture.lora(EnumSet.of(Target.ATTENTION_OUTPUT, Target.FC1, Target.FC2), ScalarScope.SHARED);
        fixture = new Fixture(
                checkpoint,
                new LoraSettings(
                        everywhere.targets(), List.of(1), 2, 3, false, Initialisation.OWN, ScalarScope.SHARED));
        batch = fixture.batch(fixture.gaussian(2 * 3 * TinyVit.SIDE * TinyVit.SIDE, 1));
        replayed = new ReplayedLatents(
                fixture.gaussian(STATES * 2 * TinyVit.WIDTH, 1),
                new int[] {2, 0, 1, 1},
                fixture.gaussian(STATES * TinyVit.WIDTH, 0.5));
        parameters = fixture.parameters(List.of());
    }

    @AfterEach
    void close() {
        vit.close();
        engine.close();
    }

    private double loss(PlainStep step) {
        return step.run(batch, replayed, 1, 0).loss();
    }

    private List<float[]> gradients(TrainingStep step) {
        return Fixture.gradients(step, parameters, batch, replayed);
    }

    @Test
    void gradientsAgreeWithCentralDifferences() {
        try (PlainStep step = new PlainStep(vit, parameters, List.of(), HOLD)) {
            List<float[]> gradients = gradients(step);
            for (int p = 0; p < gradients.size(); p++) {
                Parameter parameter = parameters.all().get(p);
                for (int i = 0; i < parameter.size(); i++) {
                    float value = parameter.get(i);
                    parameter.set(i, value + 0.004f);
                    double above = loss(step);
                    float upper = parameter.get(i);
                    parameter.set(i, value - 0.004f);
                    double below = loss(step);
                    double width = (double) upper - parameter.get(i);
                    parameter.set(i, value);
                    assertThat((double) gradients.get(p)[i])
                            .as("%s[%d]", parameter.name(), i)
                            .isCloseTo((above - below) / width, within(2e-3));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 1})
    void theScriptDoesWhatTheControlDoes(int microBatch) {
        List<float[]> expected;
        StepResult plain;
        try (PlainStep step = new PlainStep(vit, parameters, List.of(), HOLD)) {
            expected = gradients(step);
            plain = step.run(batch, replayed, 1, 0);
        }
        try (ScriptStep step = new ScriptStep(vit, parameters, List.of(), microBatch, OptionalDouble.of(HOLD))) {
            List<float[]> found = gradients(step);
            StepResult result = step.run(batch, replayed, 1, 0);
            assertThat(result.loss()).isCloseTo(plain.loss(), within(1e-5));
            assertThat(result.correct()).isEqualTo(plain.correct());
            for (int p = 0; p < expected.size(); p++) {
                assertThat(found.get(p))
                        .as(parameters.all().get(p).name())
                        .usingComparatorWithPrecision(3e-5f)
                        .containsExactly(expected.get(p));
            }
        }
    }

    /** With adapters at their beginning the loss follows from the frozen tail and the head alone. */
    @Test
    void theLossIsOverImagesAndStates() {
        parameters = fixture.initial(List.of());
        LinearHead head = parameters.head();
        float[] features;
        try (TailExtractor tail = new TailExtractor(vit, new TreeMap<>())) {
            features = tail.features(replayed.values());
        }
        double states = 0;
        double moved = 0;
        float[] logits = head.logits(features);
        for (int i = 0; i < STATES; i++) {
            states += crossEntropy(Arrays.copyOfRange(logits, 3 * i, 3 * i + 3), replayed.positions()[i]);
            for (int k = 0; k < TinyVit.WIDTH; k++) {
                moved += Math.pow(
                        features[i * TinyVit.WIDTH + k] - (double) replayed.features()[i * TinyVit.WIDTH + k], 2);
            }
        }
        try (PlainStep step = new PlainStep(vit, parameters, List.of(), HOLD)) {
            double images = step.run(batch, ReplayedLatents.NONE, 1, 0).loss();
            assertThat(loss(step)).isCloseTo((2 * images + states) / 6 + HOLD * moved / STATES, within(1e-4));
        }
    }

    private static double crossEntropy(float[] logits, int target) {
        double total = 0;
        for (float logit : logits) {
            total += Math.exp(logit);
        }
        return Math.log(total) - logits[target];
    }
}
