package ham.export;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelVariantTest {
    @TempDir
    private Path folder;

    private Path export(Precision precision, Flavor flavor) {
        Path file = folder.resolve("model.onnx");
        VitExporter.export(SampleModel.request(SampleModel.tiny(), NumberFormat.of(precision, flavor), file).toBuilder()
                .optVerify(false)
                .build());
        return file;
    }

    private Map<String, String> variant(Path model, Precision precision, Flavor flavor) throws IOException {
        Path file = folder.resolve("variant.onnx");
        assertThat(ModelVariant.write(model, NumberFormat.of(precision, flavor), 0, file))
                .isTrue();
        return OnnxSummary.of(file).metadata();
    }

    @Test
    void theFlavorIsWhatTheOperatorsAre() throws IOException {
        assertThat(variant(export(Precision.FP32, Flavor.ORT), Precision.INT8, Flavor.STANDARD))
                .containsEntry("ham.flavor", "ort")
                .containsEntry("ham.precision", "int8 dynamic");
        assertThat(variant(export(Precision.FP32, Flavor.STANDARD), Precision.INT8, Flavor.STANDARD))
                .containsEntry("ham.flavor", "standard");
    }

    @Test
    void otherOperatorsLeaveThePrecision() throws IOException {
        assertThat(variant(export(Precision.FP16, Flavor.STANDARD), Precision.FP32, Flavor.ORT))
                .containsEntry("ham.precision", "fp16")
                .containsEntry("ham.flavor", "ort");
        assertThat(variant(export(Precision.INT8, Flavor.STANDARD), Precision.FP32, Flavor.ORT))
                .containsEntry("ham.precision", "int8 dynamic");
    }

    @Test
    void metadataIsAddedAndReplaced() throws IOException {
        Path described = folder.resolve("described.onnx");
        ModelVariant.describe(
                export(Precision.FP32, Flavor.STANDARD),
                Map.of(ModelVariant.FLAVOR, "optimized", "more", "1"),
                described);
        assertThat(OnnxSummary.of(described).metadata())
                .containsEntry("ham.flavor", "optimized")
                .containsEntry("more", "1");
    }
}
