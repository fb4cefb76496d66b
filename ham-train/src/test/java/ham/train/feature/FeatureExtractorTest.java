package ham.train.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.runtime.preprocess.Preprocessing;
import ham.testing.TestData;
import ham.train.TinyVit;
import ham.train.data.DataSpec;
import ham.train.data.ImageSet;
import ham.train.engine.TorchEngine;
import ham.train.input.ImageReader;
import ham.train.vit.VitForward;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureExtractorTest {
    @Test
    void featuresOfASetAreThoseOfItsPreprocessedPixels(@TempDir Path folder) {
        Preprocessing preprocessing = Preprocessing.vitDefault(TinyVit.SIDE);
        ImageReader reader = new ImageReader(preprocessing);
        ImageSet images = DataSpec.open(TestData.path("fashion-mnist")).testImages();
        int[] indices = IntStream.range(0, 230).map(i -> 3 * i).toArray();
        int floats = 3 * TinyVit.SIDE * TinyVit.SIDE;
        float[] pixels = new float[indices.length * floats];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(preprocessing.apply(images.image(indices[i])), 0, pixels, i * floats, floats);
        }
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, TinyVit.in(folder));
                FeatureExtractor extractor = new FeatureExtractor(vit, new TreeMap<>())) {
            assertThat(extractor.features(images, indices, reader))
                    .hasSize(230 * TinyVit.WIDTH)
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(extractor.features(pixels));
            assertThat(extractor.features(images, new int[0], reader)).isEmpty();
        }
    }

    @Test
    void deltasChangeOnlyThisExtractor(@TempDir Path folder) {
        Checkpoint checkpoint = TinyVit.in(folder);
        String name = checkpoint.names().weight(1, Target.VALUE);
        TreeMap<String, Matrix> deltas = new TreeMap<>();
        float[] values = new float[256];
        Arrays.fill(values, 0.1f);
        deltas.put(name, new Matrix(16, 16, values));
        float[] pixels = new float[3 * 64];
        Arrays.fill(pixels, 0, 70, 1);
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint);
                FeatureExtractor frozen = new FeatureExtractor(vit, new TreeMap<>())) {
            float[] before = frozen.features(pixels);
            try (FeatureExtractor changed = new FeatureExtractor(vit, deltas)) {
                assertThat(changed.features(pixels)).isNotEqualTo(before);
            }
            assertThat(frozen.features(pixels))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(before);
            deltas.put(name, Matrix.zeros(16, 8));
            assertThatThrownBy(() -> new FeatureExtractor(vit, deltas))
                    .isInstanceOf(InputException.class)
                    .hasMessageContainingAll(name, "(16, 16)", "(16, 8)");
        }
    }
}
