package ham.export.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.export.ExportResult;
import ham.export.OnnxSummary;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.testing.RandomCheckpoint;
import ham.testing.TestData;
import ham.testing.VitVariant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every format of real and random models: it runs, it agrees with float32, and it consists of what it should. */
class NumberFormatExportTest {
    private static final List<String> MODELS = List.of("hf-vit-tiny", "backbone", "timm-vit-tiny");

    @TempDir
    private Path folder;

    record Case(String model, NumberFormat format) {}

    static Stream<Case> formats() {
        return MODELS.stream().flatMap(model -> {
            ParityInputs images = images(Checkpoint.open(TestData.path(model)));
            return Stream.of(Flavor.values()).flatMap(flavor -> {
                NumberFormat int8 = NumberFormat.of(Precision.INT8, flavor);
                return Stream.of(
                                NumberFormat.of(Precision.FP32, flavor),
                                NumberFormat.of(Precision.FP16, flavor),
                                int8,
                                int8.withCalibration(new Calibration(
                                        images, flavor == Flavor.ORT ? RangeMethod.PERCENTILE : RangeMethod.MINMAX)))
                        .map(format -> new Case(model, format));
            });
        });
    }

    @ParameterizedTest
    @MethodSource("formats")
    void everyFormatAgreesWithFloat32(Case each) {
        Checkpoint base = Checkpoint.open(TestData.path(each.model()));
        ExportResult result = export(base, each.format());
        ParityReport parity = result.parity().orElseThrow();
        assertThat(parity.passed()).isTrue();
        OnnxSummary summary = OnnxSummary.of(result.output());
        assertThat(summary.metadata())
                .containsEntry("ham.precision", each.format().text())
                .containsEntry("ham.flavor", each.format().flavor().optionName());
        boolean standard = each.format().flavor() == Flavor.STANDARD;
        assertThat(summary.opsets().keySet())
                .isEqualTo(standard ? Set.of("ai.onnx") : Set.of("ai.onnx", "com.microsoft"));
        assertThat(summary.inputs().get(0).dtype()).isEqualTo("float");
        assertThat(summary.outputs().get(0).dtype()).isEqualTo("float");
        switch (each.format().precision()) {
            case FP32 -> assertThat(parity.maxAbs()).isLessThan(1e-4 * parity.range());
            case FP16 -> {
                assertThat(parity.maxAbs()).isBetween(1e-6 * parity.range(), 1e-2 * parity.range());
                assertThat(summary.operators()).containsEntry("Cast", 2);
            }
            case INT8 -> {
                assertThat(parity.maxAbs()).isBetween(1e-4 * parity.range(), 0.2 * parity.range());
                int blocks = base.config().layers();
                assertThat(summary.dtypes().get("int8")).isGreaterThanOrEqualTo(6 * blocks);
                assertThat(summary.operators()).containsEntry("Gemm", 1); // the classifier
            }
        }
    }

    /** What TensorRT reads: signed activations with zero point 0, whose operators are QuantizeLinear and DequantizeLinear. */
    @Test
    void standardStaticGraphsAreSymmetric() {
        Checkpoint base = SampleModel.tiny();
        Calibration calibration = new Calibration(images(base), RangeMethod.MINMAX);
        ExportResult result =
                export(base, NumberFormat.of(Precision.INT8, Flavor.STANDARD).withCalibration(calibration));
        OnnxSummary summary = OnnxSummary.of(result.output());
        assertThat(summary.dtypes()).doesNotContainKey("uint8");
        assertThat(summary.operators())
                .containsKeys("QuantizeLinear", "DequantizeLinear")
                .doesNotContainKeys("DynamicQuantizeLinear", "MatMulInteger");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cdw", "Tcrsbp", "Trmnb"})
    void everyMemberOfTheFamilyTakesEveryFormat(String letters) {
        Checkpoint base = Checkpoint.open(RandomCheckpoint.write(VitVariant.of(letters), folder.resolve("base")));
        Calibration calibration = new Calibration(ParityInputs.seeded(base.config(), 4, 1), RangeMethod.MINMAX);
        for (Flavor flavor : Flavor.values()) {
            for (Precision precision : Precision.values()) {
                run(base, NumberFormat.of(precision, flavor), precision == Precision.INT8 ? 0.2 : 0.03);
            }
            run(base, NumberFormat.of(Precision.INT8, flavor).withCalibration(calibration), 0.2);
        }
    }

    /** Top classes of five random logits are close together, so differences are compared here. */
    private void run(Checkpoint base, NumberFormat format, double share) {
        ParityInputs images = ParityInputs.seeded(base.config(), 8, 5);
        float[] found = logits(base, format, images);
        float[] plain = logits(base, NumberFormat.PLAIN, images);
        double range = 0;
        double difference = 0;
        for (int i = 0; i < plain.length; i++) {
            range = Math.max(range, Math.abs(plain[i]));
            difference = Math.max(difference, Math.abs(plain[i] - found[i]));
        }
        assertThat(difference).as(format.toString()).isLessThan(share * range);
    }

    private float[] logits(Checkpoint base, NumberFormat format, ParityInputs images) {
        Path file = folder.resolve("model.onnx");
        VitExporter.export(SampleModel.request(base, format, file).toBuilder()
                .optVerify(false)
                .build());
        int side = base.config().imageSize();
        return SampleModel.run(file, images.pixelValues(), images.samples(), 3, side, side);
    }

    @Test
    void fewerLayersInIntegersAreNearer() {
        Checkpoint base = SampleModel.tiny();
        NumberFormat all = NumberFormat.of(Precision.INT8, Flavor.STANDARD);
        ExportResult every = export(base, all);
        ExportResult some = export(base, all.withFloatLayers(Pattern.compile("output\\.dense|intermediate")));
        assertThat(some.parity().orElseThrow().maxAbs())
                .isLessThan(every.parity().orElseThrow().maxAbs());
        int blocks = base.config().layers();
        assertThat(OnnxSummary.of(some.output()).operators())
                .containsEntry("MatMulInteger", 3 * blocks)
                .containsEntry("Gemm", 3 * blocks + 1);
        assertThatThrownBy(() -> export(base, all.withFloatLayers(Pattern.compile("attn"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("float-layers: expected 'attn' to find some of the 24 linear layers, found 0")
                .hasMessageContaining("vit.encoder.layer.0.attention.attention.query");
        assertThatThrownBy(() -> export(base, all.withFloatLayers(Pattern.compile("encoder"))))
                .hasMessageContaining("found 24");
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, names = "INT8", mode = EnumSource.Mode.EXCLUDE)
    void calibrationIsForIntegers(Precision precision) {
        Calibration calibration = new Calibration(images(SampleModel.tiny()), RangeMethod.MINMAX);
        assertThatThrownBy(() -> NumberFormat.of(precision, Flavor.ORT).withCalibration(calibration))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found " + precision.optionName());
    }

    @Test
    void weightsAndActivationsBeyondFloat16AreRefusedByName() throws IOException {
        String weight = "vit.encoder.layer.1.intermediate.dense.weight";
        assertThatThrownBy(() -> export(scaled(weight, 1e7f), NumberFormat.of(Precision.FP16, Flavor.STANDARD)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Tensor " + weight)
                .hasMessageContaining("65504");
        assertThatThrownBy(() -> export(scaled(weight, 3e4f), NumberFormat.of(Precision.FP16, Flavor.STANDARD)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("Value vit.encoder.layer.1.intermediate.dense")
                .hasMessageContaining("export with precision fp32");
        assertThat(folder.resolve("out.onnx")).doesNotExist();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactly("scaled");
        }
    }

    @Test
    void theSameImagesGiveTheSameBytes() throws IOException {
        Checkpoint base = SampleModel.tiny();
        NumberFormat format = NumberFormat.of(Precision.INT8, Flavor.ORT)
                .withCalibration(new Calibration(images(base), RangeMethod.PERCENTILE));
        byte[] first = Files.readAllBytes(export(base, format).output());
        assertThat(Files.readAllBytes(export(base, format).output())).isEqualTo(first);
    }

    private Checkpoint scaled(String name, float factor) throws IOException {
        Path target = Files.createDirectories(folder.resolve("scaled"));
        Path source = TestData.path("hf-vit-tiny");
        Files.copy(source.resolve("config.json"), target.resolve("config.json"), StandardCopyOption.REPLACE_EXISTING);
        SafetensorsFile tensors = SafetensorsFile.open(source.resolve("model.safetensors"));
        SafetensorsWriter writer = new SafetensorsWriter();
        for (String each : tensors.names()) {
            float[] values = tensors.floats(each);
            for (int i = 0; i < values.length && each.equals(name); i++) {
                values[i] *= factor;
            }
            writer.add(each, tensors.info(each).shape(), values);
        }
        writer.write(target.resolve("model.safetensors"));
        return Checkpoint.open(target);
    }

    private ExportResult export(Checkpoint base, NumberFormat format) {
        return VitExporter.export(SampleModel.request(base, format, folder.resolve("out.onnx")).toBuilder()
                .optInputs(images(base))
                .build());
    }

    private static ParityInputs images(Checkpoint base) {
        String own = base.directory().getFileName().toString().equals("backbone") ? "sample_inputs" : "inputs";
        Path file = base.directory().resolve(own + ".safetensors");
        return Optional.of(file)
                .filter(Files::exists)
                .map(path -> ParityInputs.read(path, base.config()))
                .orElseGet(() -> ParityInputs.seeded(base.config(), 4, 1));
    }
}
