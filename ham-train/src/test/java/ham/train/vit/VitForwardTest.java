package ham.train.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.LinearHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.testing.TestData;
import ham.train.PlainVit;
import ham.train.TinyVit;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VitForwardTest {
    @ParameterizedTest
    @CsvSource({
        "hf-vit-tiny, inputs.safetensors, logits.safetensors",
        "timm-vit-tiny, inputs.safetensors, logits.safetensors",
        "backbone, sample_inputs.safetensors, sample_logits.safetensors"
    })
    void reproducesTheLogitsOfTransformersAndTimm(String folder, String inputs, String logits) {
        Checkpoint checkpoint = Checkpoint.open(TestData.path(folder));
        float[] features;
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint);
                FeatureExtractor extractor = new FeatureExtractor(vit, new TreeMap<>())) {
            features = extractor.features(lone(TestData.path(folder).resolve(inputs)));
        }
        LinearHead classifier = new LinearHead(
                checkpoint.matrix(checkpoint.names().classifierWeight()),
                checkpoint.floats(checkpoint.names().classifierBias()));
        assertThat(classifier.logits(features))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(lone(TestData.path(folder).resolve(logits)));
    }

    @Test
    void agreesWithThePlainForward(@TempDir Path folder) {
        Checkpoint checkpoint = TinyVit.in(folder);
        int image = 3 * TinyVit.SIDE * TinyVit.SIDE;
        Random random = new Random(1);
        float[] pixels = new float[250 * image];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        float[] features;
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, checkpoint);
                FeatureExtractor extractor = new FeatureExtractor(vit, new TreeMap<>())) {
            features = extractor.features(pixels);
        }
        PlainVit plain = new PlainVit(checkpoint);
        for (int i : new int[] {0, 99, 100, 249}) {
            double[] expected = plain.feature(Arrays.copyOfRange(pixels, i * image, (i + 1) * image), Map.of());
            for (int k = 0; k < TinyVit.WIDTH; k++) {
                assertThat((double) features[i * TinyVit.WIDTH + k]).isCloseTo(expected[k], within(2e-5));
            }
        }
    }

    @Test
    void whatIsNotComputedIsRefusedByName(@TempDir Path folder) throws IOException {
        Path base = TestData.path("timm-vit-tiny");
        SafetensorsFile tensors = SafetensorsFile.open(base.resolve("model.safetensors"));
        SafetensorsWriter writer = new SafetensorsWriter();
        tensors.names().forEach(name -> writer.add(name, tensors.info(name).shape(), tensors.floats(name)));
        for (int block = 0; block < 4; block++) {
            writer.add("blocks." + block + ".ls1.gamma", List.of(64L), new float[64]);
            writer.add("blocks." + block + ".ls2.gamma", List.of(64L), new float[64]);
        }
        writer.write(folder.resolve("model.safetensors"));
        String config = Files.readString(base.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replace("{", "{\"init_values\": 1e-5, "));
        Checkpoint scaled = Checkpoint.open(folder);
        try (TorchEngine engine = TorchEngine.open("cpu", 1)) {
            assertThatThrownBy(() -> new VitForward(engine, scaled))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("found one with LayerScale;");
        }
    }

    /** Values of x * Phi(x) from a table of the normal distribution; the tanh form is off by 4e-4 at -3. */
    @Test
    void geluIsTheExactOne() {
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                NDManager manager = engine.newManager();
                NDArray x = manager.create(new float[] {-3, -1, 0, 0.5f, 2});
                NDArray gelu = Activation.gelu(x)) {
            assertThat(gelu.toFloatArray())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(-0.0040497f, -0.158655f, 0, 0.345731f, 1.9545f);
        }
    }

    private static float[] lone(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        return tensors.floats(tensors.names().first());
    }
}
