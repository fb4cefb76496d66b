package ham.job.export;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExportedTest {
    private static final Path FILE = Path.of("model.onnx");

    private static Exported exported(NumberFormat format) {
        return new Exported(
                new ExportResult(FILE, 1, List.of(), "base", List.of(), Optional.empty()),
                Optional.of(format),
                Optional.of(format.flavor().optionName()),
                0,
                Optional.empty());
    }

    /** The form that won has no merged tokens although they were asked for, and so nothing is said of them. */
    @Test
    void theChosenFormIsWhatAccuracyIsToldOf() {
        ExportRequest request = ExportRequest.builder()
                .setBase(Checkpoint.open(Path.of(System.getProperty("ham.testdata", "../testdata"))
                        .resolve("backbone")))
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(FILE)
                .setSettings(new SessionSettings(1))
                .optFormat(NumberFormat.of(Precision.INT8, Flavor.STANDARD))
                .optMergeTokens(8)
                .build();
        ExportRequest chosen =
                exported(NumberFormat.of(Precision.INT8, Flavor.ORT)).chosen(request);
        assertThat(chosen.mergeTokens()).isZero();
        assertThat(chosen.format().flavor()).isEqualTo(Flavor.ORT);
        assertThat(chosen.output()).isEqualTo(FILE);
    }

    @Test
    void theRecordSaysWhatOnnxRuntimeOptimised() {
        Exported plain = exported(NumberFormat.PLAIN);
        assertThat(ExportRecord.of(plain, Optional.empty()).flavor()).isEqualTo("standard");
        assertThat(ExportRecord.of(plain.with("optimized"), Optional.empty()).flavor())
                .isEqualTo("optimized");
    }
}
