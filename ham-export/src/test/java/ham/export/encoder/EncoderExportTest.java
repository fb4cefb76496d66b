package ham.export.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportRequest;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsFile;
import ham.runtime.model.OnnxModel;
import ham.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
