package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.data.ImageSet;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import ham.train.head.Features;
import ham.train.learn.LearningMethod;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPassesTest {
    @TempDir
    private Path temp;

    private static SortedMap<String, Matrix> delta(RunInputs inputs, int block, Target target) {
        Random random = new Random(1);
        int out = target.outputs(inputs.base().config());
        int in = target.inputs(inputs.base().config());
        Matrix delta = Matrix.zeros(out, in);
        for (int i = 0; i < delta.data().length; i++) {
            delta.data()[i] = (float) (0.1 * random.nextGaussian());
        }
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        deltas.put(inputs.base().names().weight(block, target), delta);
        return deltas;
    }

    /** What a tail makes of kept states is what the whole model makes of the images. */
    @Test
    void statesThatAreKeptGiveTheFeaturesOfTheWholeModel() {
        TinyRun.prepare(temp);
        RunConfig config = TinyRun.config(temp, LearningMethod.HAM).toBuilder()
                .opt("blocks", "1")
                .opt("targets", "attention_output,fc1,fc2")
                .build();
        RunInputs inputs = RunInputs.open(config);
        assertThat(ModelPasses.share(config, inputs.base())).isTrue();
        ImageSet test = inputs.data().testImages();
        int[] some = {1, 3, 4};
        int[] all = IntStream.range(0, test.size()).toArray();
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, inputs.base())) {
            ModelPasses passes = new ModelPasses(inputs, vit);
            SortedMap<String, Matrix> deltas = delta(inputs, 1, Target.FC1);
            for (SortedMap<String, Matrix> each : List.of(new TreeMap<String, Matrix>(), deltas)) {
                try (ModelPasses.Pass pass = passes.through(each);
                        FeatureExtractor whole = new FeatureExtractor(vit, each)) {
                    for (int[] samples : new int[][] {some, all}) {
                        Features found = pass.features(test, samples);
                        Features expected = inputs.features(whole, test, samples);
                        assertThat(found.positions()).containsExactly(expected.positions());
                        assertThat(found.values())
                                .usingComparatorWithPrecision(1e-5f)
                                .containsExactly(expected.values());
                    }
                }
            }
        }
    }

    @Test
    void modelsWithAdaptersBeforeTheTailShareNothing() {
        TinyRun.prepare(temp);
        RunInputs inputs = RunInputs.open(TinyRun.config(temp, LearningMethod.HAM));
        assertThat(ModelPasses.share(inputs.config(), inputs.base())).isFalse();
        assertThat(ModelPasses.share(TinyRun.config(temp, LearningMethod.FROZEN), inputs.base()))
                .isTrue();
    }
}
