package ham.export.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.export.ExportRequest;
import ham.export.OnnxFiles;
import ham.export.OnnxSummary;
import ham.export.ProblemType;
import ham.export.TestData;
import ham.export.VitExporter;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probabilities of models that are no plain softmax of one class of all. */
class AnswerTest {
    private static final GraphForm PROBABILITIES = new GraphForm(Input.FLOAT, Output.PROBABILITIES, 1, false);

    @TempDir
    private Path folder;

    private Path plain;
    private Path formed;
    private float[] logits;

    @BeforeEach
    void names() {
        plain = folder.resolve("plain.onnx");
        formed = folder.resolve("formed.onnx");
    }

    @Test
    void aConfigurationWithSeveralLabelsGivesSigmoids() throws IOException {
        export("multi_label_classification");
        assertThat(OnnxSummary.of(plain).metadata()).containsEntry("ham.problem_type", "multi_label_classification");
        FormChange.write(plain, PROBABILITIES, formed);
        float[] found = run(formed);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(1 / (1 + Math.exp(-logits[i])), within(1e-5));
        }
    }

    @Test
    void oneClassOfAllIsASoftmaxWhetherSaidOrNot() throws IOException {
        for (String type : new String[] {"single_label_classification", null}) {
            export(type);
            assertThat(OnnxSummary.of(plain).metadata().get(ProblemType.METADATA_KEY)).isEqualTo(type);
            FormChange.write(plain, PROBABILITIES, formed);
            assertSoftmax();
        }
    }

    /** Whatever the outputs are called. */
    @Test
    void aGraphThatEndsInSoftmaxIsNotSoftmaxedAgain() throws IOException {
        export(null);
        for (String name : new String[] {"output", "probabilities"}) {
            ModelProto.Builder model = OnnxFiles.read(plain).toBuilder();
            model.getGraphBuilder()
                    .addNode(NodeProto.newBuilder()
                            .setOpType("Softmax")
                            .addInput("logits")
                            .addOutput("soft"))
                    .addNode(NodeProto.newBuilder()
                            .setOpType("Identity")
                            .addInput("soft")
                            .addOutput(name));
            model.getGraphBuilder().getOutputBuilder(0).setName(name);
            Path ended = folder.resolve("ended.onnx");
            OnnxFiles.write(model.build(), ended);
            FormChange.write(ended, PROBABILITIES, formed);
            assertSoftmax();
        }
    }

    /** As transformers' pipeline for a head with one number. */
    @Test
    void aLoneNumberIsNeverSoftmaxed() {
        assertThat(ProblemType.isSigmoid(Optional.empty(), 1)).isTrue();
        assertThat(ProblemType.isSigmoid(Optional.of(ProblemType.REGRESSION), 1)).isTrue();
        assertThat(ProblemType.isSigmoid(Optional.of(ProblemType.SINGLE_LABEL_CLASSIFICATION), 2)).isFalse();
    }

    private void assertSoftmax() {
        float[] found = run(formed);
        for (int row = 0; row < found.length; row += 10) {
            double sum = 0;
            for (int i = row; i < row + 10; i++) {
                sum += Math.exp(logits[i]);
            }
            for (int i = row; i < row + 10; i++) {
                assertThat((double) found[i]).isCloseTo(Math.exp(logits[i]) / sum, within(1e-5));
            }
        }
    }

    private void export(String problemType) throws IOException {
        Path base = Files.createTempDirectory(folder, "base");
        Path tiny = TestData.path("hf-vit-tiny");
        Files.copy(tiny.resolve("model.safetensors"), base.resolve("model.safetensors"));
        String config = Files.readString(tiny.resolve("config.json"));
        String said = problemType == null ? "" : "\"problem_type\": \"" + problemType + "\",";
        Files.writeString(base.resolve("config.json"), config.replaceFirst("\\{", "{" + said));
        VitExporter.export(ExportRequest.builder()
                .setBase(Checkpoint.open(base))
                .setMerged(Merged.none())
                .setVersion("1")
                .setOutput(plain)
                .setSettings(TestData.SETTINGS)
                .optForce(true)
                .optVerify(false)
                .build());
        logits = run(plain);
    }

    private static float[] run(Path model) {
        return TestData.run(model, TestData.tinyInputs().pixelValues(), 8, 3, 32, 32);
    }
}
