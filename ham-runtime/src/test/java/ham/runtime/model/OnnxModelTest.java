package ham.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.runtime.ModelException;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxModelTest {
    private static final SessionSettings TWO_THREADS = new SessionSettings(2);
    private static final String VIT = "onnx-exports/hf-sdpa/ts17.onnx";

    @TempDir
    private Path folder;

    @Test
    void reproducesTheLogitsOfTheExportedModel() {
        Tensor pixels = Safetensors.read("hf-vit-tiny/inputs.safetensors", "pixel_values");
        float[] expected =
                Safetensors.read("hf-vit-tiny/logits.safetensors", "logits").floats();

        try (OnnxModel model = open(VIT)) {
            Map<String, Tensor> outputs = model.run(Map.of("pixel_values", pixels));
            float[] logits = model.run(pixels.floats(), new long[] {8, 3, 32, 32});

            assertThat(outputs.get("logits").shape()).containsExactly(8L, 10L);
            assertThat(outputs.get("logits").floats()).containsExactly(expected, within(1e-4f));
            assertThat(logits).isEqualTo(outputs.get("logits").floats());
        }
    }

    @Test
    void describesItself() {
        try (OnnxModel model = open(VIT)) {
            assertThat(model.name()).endsWith("ts17.onnx");
            assertThat(model.provider()).isEqualTo("CPUExecutionProvider");
            assertThat(model.inputs())
                    .containsExactly(new TensorSpec(
                            "pixel_values", "float32", List.of(-1L, 3L, 32L, 32L), List.of("batch", "", "", "")));
            assertThat(model.outputs().get(0).shapeText()).isEqualTo("[batch, 10]");
        }
        try (OnnxModel model = open("onnx/colors.onnx")) {
            assertThat(model.metadata()).containsEntry("ham.labels", "[\"red\", \"green\", \"blue\"]");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesEveryElementTypeThroughUnchanged(boolean direct) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (ElementType type : ElementType.values()) {
            int bytes = 6 * type.bytes();
            ByteBuffer data = direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
            for (int i = 0; i < data.capacity(); i++) {
                data.put(i, (byte) (type == ElementType.BOOL ? i % 2 : 17 * i + 3));
            }
            inputs.put(type.label(), new Tensor(type, List.of(3L, 2L), data));
        }

        try (OnnxModel model = open("onnx/types.onnx")) {
            Map<String, Tensor> outputs = model.run(inputs);

            assertThat(outputs).hasSize(ElementType.values().length);
            inputs.forEach(
                    (name, tensor) -> assertThat(outputs.get(name + "_out")).isEqualTo(tensor));
        }
    }

    @Test
    void passesAScalarAndAPartOfABufferThrough() {
        FloatBuffer direct =
                ByteBuffer.allocateDirect(32).order(ByteOrder.nativeOrder()).asFloatBuffer();
        direct.put(5, 7).position(5).limit(6);

        try (OnnxModel model = open("onnx/scalar.onnx")) {
            assertThat(model.run(Map.of("float32", Tensor.of(new float[] {5}))).get("float32_out"))
                    .isEqualTo(Tensor.of(new float[] {5}));
            assertThat(model.run(direct, new long[0])).containsExactly(7);
            assertThat(model.run(FloatBuffer.wrap(new float[] {1, 2, 3}, 1, 1), new long[0]))
                    .containsExactly(2);
        }
    }

    @Test
    void refusesOtherInputsThanItTakes() {
        Tensor two = Tensor.of(new float[2], 2);
        try (OnnxModel model = open("onnx/add.onnx")) {
            assertThatThrownBy(() -> model.run(Map.of("a", two)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageEndingWith("add.onnx: expected the inputs [a, b], found [a].");
            assertThatThrownBy(() -> model.run(Map.of("a", two, "c", two)))
                    .hasMessageEndingWith("add.onnx: expected the inputs [a, b], found [a, c].");
            assertThatThrownBy(() -> model.run(Map.of("a", two, "b", Tensor.of(new int[2], 2))))
                    .hasMessageEndingWith("add.onnx: expected b to be of type float32, found int32.");
            assertThatThrownBy(() -> model.run(Map.of("a", two, "b", Tensor.of(new float[2], 1, 2))))
                    .hasMessageEndingWith("add.onnx: expected b to be of shape [m], found [1, 2].");
            assertThatThrownBy(() -> model.run(new float[2], new long[] {2}))
                    .hasMessageEndingWith(
                            "add.onnx: expected a model of one input and one output, found inputs [a, b] and outputs [sum].");
        }
        try (OnnxModel model = open(VIT)) {
            assertThatThrownBy(() -> model.run(new float[3 * 16 * 16], new long[] {1, 3, 16, 16}))
                    .isInstanceOf(ModelException.class)
                    .hasMessageEndingWith(
                            "ts17.onnx: expected pixel_values to be of shape [batch, 3, 32, 32], found [1, 3, 16, 16].");
            assertThatThrownBy(() -> model.run(new float[5], new long[] {1, 3, 32, 32}))
                    .hasMessageEndingWith(
                            "ts17.onnx: expected as many values as the shape [1, 3, 32, 32] says, found 5.");
        }
    }

    @Test
    void refusesOneNameForTwoSizes() {
        Map<String, Tensor> inputs = new HashMap<>();
        for (ElementType type : ElementType.values()) {
            long rows = type == ElementType.BOOL ? 4 : 3;
            inputs.put(
                    type.label(),
                    new Tensor(type, List.of(rows, 2L), ByteBuffer.allocate((int) rows * 2 * type.bytes())));
        }

        try (OnnxModel model = open("onnx/types.onnx")) {
            assertThatThrownBy(() -> model.run(inputs))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("shape [n, 2] with n = ");
        }
    }

    @Test
    void tellsInOneSentenceWhyARunFailed() {
        Map<String, Tensor> inputs = Map.of("a", Tensor.of(new float[2], 2), "b", Tensor.of(new float[3], 3));

        try (OnnxModel model = open("onnx/add.onnx")) {
            assertThatThrownBy(() -> model.run(inputs))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("add.onnx: expected a run, but ONNX Runtime failed (")
                    .hasMessageContaining("2 by 3")
                    .message()
                    .doesNotContain("\n", "onnxruntime_src");
        }
    }

    @Test
    void refusesTexts() {
        try (OnnxModel model = open("onnx/strings.onnx")) {
            assertThat(model.inputs().get(0).dtype()).isEqualTo("string");
            assertThatThrownBy(() -> model.run(Map.of("string", Tensor.of(new byte[1], 1))))
                    .isInstanceOf(ModelException.class)
                    .hasMessageEndingWith("strings.onnx: expected string to be of type string, found uint8.");
        }
    }

    @Test
    void refusesFilesThatAreNoModel() throws IOException {
        byte[] whole = TestData.bytes(VIT);
        Path truncated = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, whole.length / 2));
        Path empty = Files.createFile(folder.resolve("empty.onnx"));

        assertRefused(truncated, "expected an ONNX model that ONNX Runtime ", "Protobuf parsing failed");
        assertRefused(TestData.path("hf-vit-tiny/model.safetensors"), "expected an ONNX model that", "an ONNX file?");
        assertRefused(empty, "expected an ONNX model, found an empty file.", "");
        assertRefused(folder, "expected an ONNX model, found a folder.", "");
        assertRefused(folder.resolve("none.onnx"), "expected an ONNX model, found no such file.", "");
        assertThatThrownBy(() -> OnnxModel.open(new byte[0], "bytes", TWO_THREADS))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith("bytes: expected an ONNX model");
    }

    @Test
    void closesOnceAndRefusesToRunAfterwards() {
        OnnxModel model = open("onnx/scalar.onnx");
        model.close();
        model.close();

        assertThatThrownBy(() -> model.run(new float[1], new long[0]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("scalar.onnx: was closed and cannot run any more");
    }

    @Test
    void runsInSeveralThreadsAtOnce() {
        float[] pixels = Safetensors.read("hf-vit-tiny/inputs.safetensors", "pixel_values")
                .floats();
        int size = pixels.length / 8;

        try (OnnxModel model = OnnxModel.open(TestData.path(VIT), new SessionSettings(1))) {
            List<float[]> alone = IntStream.range(0, 8)
                    .mapToObj(i -> run(model, Arrays.copyOfRange(pixels, i * size, (i + 1) * size)))
                    .toList();
            List<Integer> wrong = IntStream.range(0, 200)
                    .parallel()
                    .filter(i -> !Arrays.equals(
                            run(model, Arrays.copyOfRange(pixels, i % 8 * size, (i % 8 + 1) * size)), alone.get(i % 8)))
                    .boxed()
                    .toList();
            assertThat(wrong).isEmpty();
        }
    }

    @Test
    void refusesNumbersOfThreadsThatNoMachineHas() {
        assertThatThrownBy(() -> new SessionSettings(-1))
                .isInstanceOf(ModelException.class)
                .hasMessage("threads: expected 0 (one per core) to 1024, found -1");
        assertThatThrownBy(() -> new SessionSettings(100_000)).hasMessageContaining("found 100000");
    }

    private static float[] run(OnnxModel model, float[] image) {
        return model.run(image, new long[] {1, 3, 32, 32});
    }

    private static OnnxModel open(String name) {
        return OnnxModel.open(TestData.path(name), TWO_THREADS);
    }

    private static void assertRefused(Path file, String begin, String part) {
        assertThatThrownBy(() -> OnnxModel.open(file, TWO_THREADS))
                .isInstanceOf(ModelException.class)
                .hasMessageStartingWith(file + ": " + begin)
                .hasMessageContaining(part)
                .message()
                .doesNotContain("\n");
    }
}
