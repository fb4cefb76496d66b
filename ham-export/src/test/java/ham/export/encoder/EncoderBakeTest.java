package ham.export.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ham.export.ExportResult;
import ham.export.SampleModel;
import ham.export.bake.BakeRequest;
import ham.export.bake.Baker;
import ham.export.parity.EncoderRun;
import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.head.HeadFeature;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.runtime.model.OnnxModel;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters of every family baked into the graphs that PyTorch's two exporters made. */
class EncoderBakeTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("ham.export.encoder.EncoderExportTest#all")
    void bakesIntoTorchScriptsGraph(String name) throws IOException {
        bake(name, "ts17");
    }

    @ParameterizedTest
    @MethodSource("ham.export.encoder.EncoderExportTest#all")
    void bakesIntoDynamosGraph(String name) throws IOException {
        bake(name, "dynamo");
    }

    /** A graph of tokens has no pooler's output to add it behind. */
    @Test
    void aClassifierThatWasSavedAlongIsNotAddedBehindTokens() throws IOException {
        Path source = TestData.path("encoders").resolve("bert-bare");
        int width = Checkpoint.open(source).encoder().width();
        LinearHead head = new LinearHead(Matrix.zeros(2, width), new float[2]);
        BakeRequest request = BakeRequest.builder()
                .setModel(WeightlessGraph.restore("bert-bare", "ts17", folder))
                .setMerged(SampleModel.adapted("bert-bare")
                        .withHead(new NamedHead(head, List.of("a", "b"), 0, HeadFeature.CLASSIFIER)))
                .setVersion("test")
                .setOutput(folder.resolve("baked.onnx"))
                .setSettings(SampleModel.SETTINGS)
                .optWeights(source)
                .build();
        assertThatThrownBy(() -> Baker.bake(request))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("saved as the classifier of a classification model")
                .hasMessageContaining("give the checkpoint as base");
    }

    private void bake(String name, String exporter) throws IOException {
        Path source = TestData.path("encoders").resolve(name);
        assumeThat(WeightlessGraph.exists(name, exporter)).isTrue();
        Path output = folder.resolve("baked.onnx");
        ExportResult result = Baker.bake(BakeRequest.builder()
                .setModel(WeightlessGraph.restore(name, exporter, folder))
                .setMerged(SampleModel.adapted(name))
                .setVersion("test")
                .setOutput(output)
                .setSettings(SampleModel.SETTINGS)
                .optWeights(source)
                .build());
        assertThat(result.parity().orElseThrow().passed()).isTrue();
        assertThat(result.parity().orElseThrow().text()).contains("own");
        Checkpoint base = Checkpoint.open(source);
        ParityInputs inputs = ParityInputs.read(
                source.resolve("inputs.safetensors"), base.encoder().input());
        SafetensorsFile expected = SafetensorsFile.open(source.resolve("adapted_outputs.safetensors"));
        try (OnnxModel model = OnnxModel.open(output, SampleModel.SETTINGS)) {
            float[] found = EncoderRun.of(model).all(inputs);
            float[] wanted = expected.floats(base.encoder().outputs().get(0));
            assertThat(found).hasSameSizeAs(wanted);
            for (int i = 0; i < wanted.length; i++) {
                assertThat((double) found[i]).isCloseTo(wanted[i], Offset.offset(1e-4));
            }
        }
    }
}
