package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.SampleModel;
import ham.export.bake.read.ByteFile;
import ham.export.bake.read.ExternalFiles;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.ModelReader;
import ham.export.bake.verify.Verification;
import ham.export.parity.ParityReport;
import ham.merge.folder.Merged;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether the check of a bake could tell that the delta is missing. */
class ControlTest {
    private static final String GRAPH = "hf-sdpa/ts17";

    @TempDir
    private Path temp;

    private ParityReport bake(String graph, Merged merged, String name) {
        return Baker.bake(Bakes.request(graph, "hf", merged, temp.resolve(name)))
                .parity()
                .orElseThrow();
    }

    private static Merged scaled(double factor) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        Bakes.deltas().deltas().forEach((layer, delta) -> {
            Matrix part = Matrix.zeros(delta.rows(), delta.columns());
            for (int i = 0; i < part.data().length; i++) {
                part.data()[i] = (float) (factor * delta.data()[i]);
            }
            deltas.put(layer, part);
        });
        return Bakes.merged(deltas);
    }

    @ParameterizedTest
    @ValueSource(strings = {GRAPH, "hf-sdpa/dynamo_external", "hf-sdpa/ts17_fp16"})
    void theModelWithoutTheDeltaIsFarOff(String graph) {
        ParityReport report = bake(graph, Bakes.deltas(), "out.onnx");
        assertThat(report.withoutDelta()).isGreaterThan(ParityReport.TELLING * report.maxAbs());
        assertThat(report.text()).contains("without the delta").doesNotContain("cannot tell");
    }

    @Test
    void nothingIsComparedWhereNothingChanges() {
        ParityReport report = bake(GRAPH, scaled(0), "zero.onnx");
        assertThat(report.withoutDelta()).isNull();
        assertThat(report.passed()).isTrue();
    }

    /** A delta so small that the tolerance alone would let its absence pass. */
    @Test
    void aModelWithoutItsDeltaFailsWithinTheTolerance() throws IOException {
        double whole = bake(GRAPH, Bakes.deltas(), "whole.onnx").withoutDelta();
        double tolerance = bake(GRAPH, Bakes.deltas(), "again.onnx").tolerance();
        Merged small = scaled(0.1 * tolerance / whole);
        Path baked = temp.resolve("small.onnx");
        ParityReport report = bake(GRAPH, small, "small.onnx");
        assertThat(report.passed()).isTrue();
        assertThat(report.withoutDelta()).isBetween(0.05 * tolerance, 0.95 * tolerance);

        Path bare = TestData.path("onnx-exports/" + GRAPH + ".onnx");
        try (ByteFile file = ByteFile.open(bare, "a model")) {
            ModelIndex model = ModelReader.read(file, new ExternalFiles(bare));
            Verification check =
                    new Verification(model, SampleModel.SETTINGS, Optional.empty(), Optional.empty(), Optional.empty());
            ParityReport blind = check.compare(bare, baked, Optional.empty(), ParityReport.RELATIVE_TOLERANCE);
            assertThat(blind.passed()).isTrue();
            ParityReport seeing = check.compare(bare, baked, Optional.of(bare), ParityReport.RELATIVE_TOLERANCE);
            assertThat(seeing.passed()).isFalse();
            assertThat(seeing.text()).contains("nearer to the one without the delta");
        }
    }
}
