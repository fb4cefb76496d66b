package ham.export.form;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ham.export.ExportRequest;
import ham.export.OnnxFiles;
import ham.export.OnnxSummary;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.form.GraphForm.Input;
import ham.export.form.GraphForm.Output;
import ham.export.graph.Attributes;
import ham.export.graph.ValueInfos;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.runtime.classify.Scores;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
            assertThat(OnnxSummary.of(plain).metadata().get(Scores.METADATA_KEY))
                    .isEqualTo(type);
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

    /** Hidden states beside the logits, and pixels with the channels last: both as other exporters write them. */
    @Test
    void ofSeveralOutputsTheLogitsAreMadeProbabilities() throws IOException {
        export(null);
        ModelProto.Builder model = OnnxFiles.read(plain).toBuilder();
        model.getGraphBuilder()
                .addNode(NodeProto.newBuilder()
                        .setOpType("Unsqueeze")
                        .addInput("logits")
                        .addInput("axes")
                        .addOutput("states"))
                .addInitializer(TensorProto.newBuilder()
                        .setName("axes")
                        .setDataType(TensorProto.DataType.INT64_VALUE)
                        .addDims(1)
                        .addInt64Data(1));
        model.getGraphBuilder()
                .addOutput(
                        0,
                        ValueInfos.of(
                                "states",
                                TensorProto.DataType.FLOAT,
                                List.of(ValueInfos.free("batch"), ValueInfos.fixed(1), ValueInfos.fixed(10))));
        Path several = folder.resolve("several.onnx");
        OnnxFiles.write(model.build(), several);
        FormChange.write(several, PROBABILITIES, formed);
        assertThat(OnnxSummary.of(formed).outputs())
                .extracting(OnnxSummary.Tensor::name)
                .containsExactly("probabilities");
        assertSoftmax();
    }

    @Test
    void bytesBecomePixelsWithTheChannelsLast() throws IOException {
        export(null);
        Path bytes = folder.resolve("bytes.onnx");
        GraphForm form = new GraphForm(Input.UINT8, Output.LOGITS, 1, false);
        Path prepared = folder.resolve("prepared.onnx");
        ModelProto.Builder model = OnnxFiles.read(plain).toBuilder();
        OnnxFiles.write(model.build(), prepared);
        FormChange.write(prepared, form, bytes);
        model.getGraphBuilder()
                .addNode(
                        0,
                        NodeProto.newBuilder()
                                .setOpType("Transpose")
                                .addInput("image")
                                .addOutput("pixel_values")
                                .addAttribute(Attributes.integers("perm", 0, 3, 1, 2)));
        model.getGraphBuilder()
                .setInput(
                        0,
                        ValueInfos.of(
                                "image",
                                TensorProto.DataType.FLOAT,
                                List.of(
                                        ValueInfos.free("batch"),
                                        ValueInfos.fixed(32),
                                        ValueInfos.fixed(32),
                                        ValueInfos.fixed(3))));
        Path last = folder.resolve("last.onnx");
        OnnxFiles.write(model.build(), last);
        FormChange.write(last, form, formed);
        byte[] image = new byte[2 * 40 * 50 * 3];
        new Random(1).nextBytes(image);
        float[][] found = new float[2][];
        int index = 0;
        for (Path each : List.of(bytes, formed)) {
            try (OnnxModel session = OnnxModel.open(each, SampleModel.SETTINGS)) {
                found[index++] = session.run(Map.of("images", Tensor.of(image, 2, 40, 50, 3)))
                        .get("logits")
                        .floats();
            }
        }
        assertThat(found[1]).containsExactly(found[0]);
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
                .setSettings(SampleModel.SETTINGS)
                .optForce(true)
                .optVerify(false)
                .build());
        logits = run(plain);
    }

    private static float[] run(Path model) {
        return SampleModel.run(model, SampleModel.tinyInputs().pixelValues(), 8, 3, 32, 32);
    }
}
