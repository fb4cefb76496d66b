package ham.train.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.control.ControlForward;
import ham.merge.encoder.control.ControlTensor;
import ham.merge.tensor.Matrix;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.text.TokenBatch;
import ham.testing.TestData;
import ham.train.backbone.Backbone;
import ham.train.engine.TorchEngine;
import ham.train.feature.FeatureExtractor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncoderForwardTest {
    static Stream<String> all() throws IOException {
        try (Stream<Path> folders = Files.list(TestData.path("encoders"))) {
            return folders
                    .filter(Files::isDirectory)
                    .map(each -> each.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** The engine computes what the description says, with a delta in a block's value and without. */
    @ParameterizedTest
    @MethodSource("all")
    void agreesWithTheControl(String name) {
        agrees(name, Checkpoint.open(TestData.path("encoders").resolve(name)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void agreesWithTheControlOnTheLastBlocks(String name) {
        agrees(name, Checkpoint.open(TestData.path("encoders").resolve(name)).withFeatureBlocks(2));
    }

    private static void agrees(String name, Checkpoint checkpoint) {
        Map<String, Tensor> inputs = inputs(checkpoint.encoder().input());
        Map<String, ControlTensor> numbers = new HashMap<>();
        inputs.forEach((input, tensor) -> numbers.put(input, numbers(tensor)));
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                Backbone backbone = new EncoderForward(engine, checkpoint)) {
            TreeMap<String, Matrix> deltas = new TreeMap<>();
            for (int pass = 0; pass < 2; pass++) {
                try (FeatureExtractor features = new FeatureExtractor(backbone, deltas)) {
                    float[] found = features.features(inputs);
                    float[] expected = new ControlForward(checkpoint, deltas)
                            .feature(numbers)
                            .data();
                    assertThat(found).hasSameSizeAs(expected);
                    for (int i = 0; i < found.length; i++) {
                        assertThat(found[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(1e-4f));
                    }
                }
                String weight = backbone.weightName(0, Target.VALUE);
                deltas.put(weight, random(backbone.outputs(weight), backbone.inputs(weight)));
            }
        }
    }

    private static Matrix random(int rows, int columns) {
        Random random = new Random(2);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.1 * random.nextGaussian());
        }
        return new Matrix(rows, columns, values);
    }

    private static Map<String, Tensor> inputs(EncoderInput input) {
        Random random = new Random(1);
        if (input instanceof EncoderInput.Images images) {
            float[] pixels = new float[2 * images.channels() * images.side() * images.side()];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextGaussian();
            }
            return Map.of(EncoderInput.PIXELS, Tensor.of(pixels, 2, images.channels(), images.side(), images.side()));
        }
        EncoderInput.Text text = (EncoderInput.Text) input;
        List<long[]> rows = List.of(
                random.longs(7, text.padding() + 1, text.vocabulary()).toArray(),
                random.longs(4, text.padding() + 1, text.vocabulary()).toArray());
        return TokenBatch.of(rows, text.padding());
    }

    private static ControlTensor numbers(Tensor tensor) {
        float[] values;
        if (tensor.type() == ElementType.FLOAT32) {
            values = tensor.floats();
        } else {
            long[] longs = tensor.longs();
            values = new float[longs.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = longs[i];
            }
        }
        return ControlTensor.of(
                values, tensor.shape().stream().mapToInt(Math::toIntExact).toArray());
    }
}
