package ham.export.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportRequest;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.proto.GraphProto;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.control.ControlForward;
import ham.merge.encoder.control.ControlTensor;
import ham.merge.folder.Merged;
import ham.merge.head.HeadFeature;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that ham builds of every family, run beside what transformers and PEFT computed. */
class EncoderExportTest {
    @TempDir
    private Path folder;

    static Stream<String> all() {
        try (Stream<Path> folders = Files.list(TestData.path("encoders"))) {
            return folders
                    .filter(Files::isDirectory)
                    .map(each -> each.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void buildsTheBase(String name) {
        compare(name, Merged.none(), NumberFormat.PLAIN, "base_outputs.safetensors", 1e-4);
    }

    @ParameterizedTest
    @MethodSource("all")
    void buildsTheAdaptedModel(String name) {
        compare(name, SampleModel.adapted(name), NumberFormat.PLAIN, "adapted_outputs.safetensors", 1e-4);
    }

    @ParameterizedTest
    @MethodSource("all")
    void buildsInHalfPrecision(String name) {
        compare(
                name,
                SampleModel.adapted(name),
                NumberFormat.of(Precision.FP16, Flavor.STANDARD),
                "adapted_outputs.safetensors",
                1e-2);
    }

    @ParameterizedTest
    @MethodSource("all")
    void buildsWithOperatorsOfOnnxRuntime(String name) {
        compare(
                name,
                SampleModel.adapted(name),
                NumberFormat.of(Precision.FP32, Flavor.ORT),
                "adapted_outputs.safetensors",
                1e-4);
    }

    /** A head that reads two blocks beside the feature gives in the graph what it gives of the plain forward pass. */
    @ParameterizedTest
    @MethodSource("all")
    void buildsAHeadOfSeveralBlocks(String name) throws IOException {
        buildsAHead(name, HeadFeature.OWN, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-bare", "clip-vision", "siglip-vision"})
    void buildsAClassifierThatWasSavedAlong(String name) throws IOException {
        buildsAHead(name, HeadFeature.CLASSIFIER, 0);
    }

    private void buildsAHead(String name, HeadFeature feature, int blocks) throws IOException {
        Path source = TestData.path("encoders").resolve(name);
        NamedHead any = new NamedHead(
                new LinearHead(Matrix.zeros(3, 1), new float[3]), List.of("a", "b", "c"), blocks, feature);
        Checkpoint base = Checkpoint.open(source).readBy(Optional.of(any));
        int width = base.encoder().width();
        Random random = new Random(6);
        float[] weight = new float[3 * width];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) random.nextGaussian() / width;
        }
        LinearHead head = new LinearHead(new Matrix(3, width, weight), new float[] {0.1f, 0, -0.1f});
        GraphProto graph = new EncoderForms(
                        Checkpoint.open(source),
                        WeightChanges.of(base, List.of()),
                        Optional.of(new NamedHead(head, List.of("a", "b", "c"), blocks, feature)))
                .baked();
        Path file = folder.resolve("blocks.onnx");
        OnnxFiles.write(
                VitExporter.around(SampleModel.request(base, NumberFormat.PLAIN, file), graph, List.of("a", "b", "c")),
                file);
        ParityInputs inputs = ParityInputs.read(
                source.resolve("inputs.safetensors"), base.encoder().input());
        Map<String, ControlTensor> numbers = new HashMap<>();
        try (OnnxModel model = OnnxModel.open(file, SampleModel.SETTINGS)) {
            Map<String, Tensor> given = EncoderRun.tensors(model.inputs(), inputs.pixelValues(), inputs.samples());
            given.forEach((input, tensor) -> numbers.put(input, numbers(tensor)));
            float[] expected = head.logits(
                    new ControlForward(base, Map.of()).feature(numbers).data());
            assertThat(model.run(given).get("logits").floats())
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(expected);
        }
    }

    private static ControlTensor numbers(Tensor tensor) {
        int[] shape = tensor.shape().stream().mapToInt(Math::toIntExact).toArray();
        if (tensor.type() == ElementType.FLOAT32) {
            return ControlTensor.of(tensor.floats(), shape);
        }
        float[] values = new float[tensor.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.longs()[i];
        }
        return ControlTensor.of(values, shape);
    }

    private void compare(String name, Merged merged, NumberFormat format, String outputs, double tolerance) {
        Path source = TestData.path("encoders").resolve(name);
        Checkpoint base = Checkpoint.open(source);
        Path file = folder.resolve(name + ".onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(base)
                .setMerged(merged)
                .setVersion("test")
                .setOutput(file)
                .setSettings(SampleModel.SETTINGS)
                .optFormat(format)
                .build());
        ParityInputs inputs = ParityInputs.read(
                source.resolve("inputs.safetensors"), base.encoder().input());
        SafetensorsFile expected = SafetensorsFile.open(source.resolve(outputs));
        try (OnnxModel model = OnnxModel.open(file, SampleModel.SETTINGS)) {
            var found = model.run(EncoderRun.tensors(model.inputs(), inputs.pixelValues(), inputs.samples()));
            assertThat(found.keySet()).isEqualTo(expected.names());
            found.forEach((output, values) -> {
                List<Long> shape = expected.info(output).shape();
                assertThat(values.shape()).isEqualTo(shape);
                float[] all = expected.floats(output);
                double most = 0;
                for (float value : all) {
                    most = Math.max(most, Math.abs(value));
                }
                double scale = tolerance > 1e-3 ? Math.max(1, most) : 1;
                for (int i = 0; i < all.length; i++) {
                    assertThat((double) values.floats()[i])
                            .as(output)
                            .isCloseTo(all[i], org.assertj.core.data.Offset.offset(tolerance * scale));
                }
            });
        }
    }
}
