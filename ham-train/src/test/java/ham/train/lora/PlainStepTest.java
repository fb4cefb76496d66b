package ham.train.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.train.PlainVit;
import ham.train.PlainVit.Branch;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.optimize.Parameter;
import ham.train.replay.ReplayedLatents;
import ham.train.vit.VitForward;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainStepTest {
    private static final int IMAGES = 4;
    private static final int IMAGE = 3 * TinyVit.SIDE * TinyVit.SIDE;

    private TorchEngine engine;
    private VitForward vit;
    private PlainVit plain;
    private Fixture fixture;
    /** All layers adapted, a scalar each. */
    private Fixture everywhere;

    private float[] pixels;

    @BeforeEach
    void open(@TempDir Path folder) {
        Checkpoint checkpoint = TinyVit.in(folder);
        engine = TorchEngine.open("cpu", 1);
        vit = new VitForward(engine, checkpoint);
        plain = new PlainVit(checkpoint);
        fixture = new Fixture(checkpoint);
        everywhere = new Fixture(checkpoint, Fixture.lora(EnumSet.allOf(Target.class), ScalarScope.PER_LAYER));
        pixels = fixture.gaussian(IMAGES * IMAGE, 1);
    }

    @AfterEach
    void close() {
        vit.close();
        engine.close();
    }

    @Test
    void formingTheWeightEqualsExplicitBranches() {
        for (Fixture each : List.of(fixture, everywhere)) {
            List<FrozenGroup> groups = each.groups();
            TaskParameters parameters = each.parameters(groups);
            try (PlainStep model = new PlainStep(vit, parameters, groups, 0)) {
                float[] logits = model.logits(each.batch(pixels));
                double[] expected = plainLogits(parameters, groups);
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) logits[i]).isCloseTo(expected[i], within(1e-5));
                }
            }
        }
    }

    @Test
    void anAdapterOfWeightZeroIsTheBaseModel() {
        TaskParameters parameters = fixture.parameters(List.of());
        parameters.scalars().own().set(0, 0);
        assertThat(logits(parameters, List.of()))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(baseLogits(parameters));
    }

    @Test
    void aFreshAdapterIsTheBaseModel() {
        TaskParameters parameters = fixture.initial(List.of());
        assertThat(logits(parameters, List.of()))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(baseLogits(parameters));
    }

    private float[] logits(TaskParameters parameters, List<FrozenGroup> groups) {
        try (PlainStep model = new PlainStep(vit, parameters, groups, 0)) {
            return model.logits(fixture.batch(pixels));
        }
    }

    private float[] baseLogits(TaskParameters parameters) {
        try (FeatureExtractor extractor = new FeatureExtractor(vit, new TreeMap<>())) {
            return parameters.head().logits(extractor.features(pixels));
        }
    }

    /** Autograd against central differences of the float64 control, every entry of every parameter. */
    @Test
    void gradientsAgreeWithCentralDifferences() {
        assertGradients(fixture);
        assertGradients(everywhere);
    }

    private void assertGradients(Fixture fixture) {
        List<FrozenGroup> groups = fixture.groups();
        TaskParameters parameters = fixture.parameters(groups);
        List<float[]> gradients;
        try (PlainStep model = new PlainStep(vit, parameters, groups, 0)) {
            StepResult result = model.run(fixture.batch(pixels), ReplayedLatents.NONE, 1, 0);
            assertThat(result.loss()).isCloseTo(plainLoss(parameters, groups), within(1e-5));
            gradients = Fixture.gradients(model, parameters, fixture.batch(pixels));
        }
        List<Parameter> all = parameters.all();
        assertThat(all).extracting(Parameter::name).contains("alpha", "group alphas", "head weight", "head bias");
        for (int p = 0; p < all.size(); p++) {
            Parameter parameter = all.get(p);
            float[] gradient = gradients.get(p);
            assertThat(gradient).hasSize(parameter.size());
            for (int i = 0; i < gradient.length; i++) {
                float value = parameter.get(i);
                parameter.set(i, value + 0.004f);
                double above = plainLoss(parameters, groups);
                float upper = parameter.get(i);
                parameter.set(i, value - 0.004f);
                double below = plainLoss(parameters, groups);
                double step = (double) upper - parameter.get(i);
                parameter.set(i, value);
                assertThat((double) gradient[i])
                        .as("%s[%d]", parameter.name(), i)
                        .isCloseTo((above - below) / step, within(3e-4));
            }
        }
    }

    @Test
    void aStepLeavesNoNativeArrayBehind() {
        List<FrozenGroup> groups = fixture.groups();
        TaskParameters parameters = fixture.parameters(groups);
        try (PlainStep model = new PlainStep(vit, parameters, groups, 0)) {
            int before = nativeArrays();
            assertThat(before).isGreaterThan(30);
            for (int i = 0; i < 3; i++) {
                model.run(fixture.batch(pixels), ReplayedLatents.NONE, 1, 0);
                model.logits(fixture.batch(pixels));
            }
            assertThat(nativeArrays()).isEqualTo(before);
        }
    }

    /** Arrays of the engine's manager and of all managers under it. */
    private int nativeArrays() {
        return vit.weight(vit.names().clsToken())
                .getManager()
                .getParentManager()
                .getManagedArrays()
                .size();
    }

    private double plainLoss(TaskParameters parameters, List<FrozenGroup> groups) {
        double[] logits = plainLogits(parameters, groups);
        double loss = 0;
        for (int i = 0; i < IMAGES; i++) {
            double total = 0;
            for (int c = 0; c < Fixture.CLASSES; c++) {
                total += Math.exp(logits[i * Fixture.CLASSES + c]);
            }
            loss += Math.log(total) - logits[i * Fixture.CLASSES + i % Fixture.CLASSES];
        }
        return loss / IMAGES;
    }

    private double[] plainLogits(TaskParameters parameters, List<FrozenGroup> groups) {
        Map<String, List<Branch>> branches = new HashMap<>();
        parameters.a().forEach((name, a) -> {
            double weight = parameters.scalars().own().get(parameters.scalars().ownRow(name)) * Fixture.LORA.scaling();
            add(branches, name, new Branch(weight, rows(a), rows(parameters.b().get(name))));
        });
        for (int j = 0; j < groups.size(); j++) {
            int group = j;
            Scalars scalars = parameters.scalars();
            groups.get(j).deltas().forEach((name, delta) -> {
                double alpha = scalars.groups().get(scalars.groupRow(name) * groups.size() + group);
                add(branches, name, asBranch(alpha, delta));
            });
        }
        double[] logits = new double[IMAGES * Fixture.CLASSES];
        for (int i = 0; i < IMAGES; i++) {
            double[] feature = plain.feature(Arrays.copyOfRange(pixels, i * IMAGE, (i + 1) * IMAGE), branches);
            for (int c = 0; c < Fixture.CLASSES; c++) {
                double sum = parameters.headBias().get(c);
                for (int k = 0; k < feature.length; k++) {
                    sum += feature[k] * parameters.headWeight().get(c * feature.length + k);
                }
                logits[i * Fixture.CLASSES + c] = sum;
            }
        }
        return logits;
    }

    private static void add(Map<String, List<Branch>> branches, String name, Branch branch) {
        branches.computeIfAbsent(name, key -> new ArrayList<>()).add(branch);
    }

    private static double[][] rows(Parameter parameter) {
        int rows = (int) parameter.shape()[0];
        int columns = parameter.size() / rows;
        double[][] values = new double[rows][columns];
        for (int i = 0; i < parameter.size(); i++) {
            values[i / columns][i % columns] = parameter.get(i);
        }
        return values;
    }

    /** A dense delta as B = delta, A = identity. */
    private static Branch asBranch(double alpha, Matrix delta) {
        double[][] identity = new double[delta.columns()][delta.columns()];
        double[][] b = new double[delta.rows()][delta.columns()];
        for (int c = 0; c < delta.columns(); c++) {
            identity[c][c] = 1;
            for (int r = 0; r < delta.rows(); r++) {
                b[r][c] = delta.get(r, c);
            }
        }
        return new Branch(alpha, identity, b);
    }

    /** What backward reads must still be there when Java collects its garbage between forward and backward. */
    @Test
    void gradientsSurviveGarbageCollection() throws InterruptedException {
        List<FrozenGroup> groups = fixture.groups();
        TaskParameters parameters = fixture.parameters(groups);
        AtomicBoolean stop = new AtomicBoolean();
        Thread collector = new Thread(() -> collectAndOverwrite(stop));
        try (PlainStep model = new PlainStep(vit, parameters, groups, 0)) {
            List<float[]> expected = Fixture.gradients(model, parameters, fixture.batch(pixels));
            collector.start();
            for (int step = 0; step < 20; step++) {
                List<float[]> found = Fixture.gradients(model, parameters, fixture.batch(pixels));
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(found.get(i))
                            .as("step %d, %s", step, parameters.all().get(i).name())
                            .usingComparatorWithPrecision(1e-4f)
                            .containsExactly(expected.get(i));
                }
            }
        } finally {
            stop.set(true);
            collector.join();
        }
    }

    /** Frees direct memory that nobody holds, and takes it again with other content. */
    private static void collectAndOverwrite(AtomicBoolean stop) {
        List<ByteBuffer> taken = new ArrayList<>();
        while (!stop.get()) {
            System.gc();
            for (int i = 0; i < 500; i++) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder());
                buffer.putFloat(0, 1e9f);
                taken.add(buffer);
            }
            if (taken.size() > 20_000) {
                taken.clear();
            }
        }
    }
}
