package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportResult;
import ham.export.OnnxFiles;
import ham.export.parity.ParityReport;
import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto.DataType;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.export.proto.ValueInfoProto;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Baked graphs beside ham's own forward pass of checkpoint plus delta, and graphs that take and give other things than ours. */
class OwnForwardTest {
    @TempDir
    private Path temp;

    @ParameterizedTest
    @ValueSource(strings = {"ts17", "dynamo", "dynamo_external", "ts17_fp16"})
    void aBakedGraphComputesWhatOurOwnForwardPassDoes(String graph) {
        ParityReport report = bake(TestData.path("onnx-exports/hf-sdpa/" + graph + ".onnx"));
        assertThat(report.differences()).containsKeys(ParityReport.FACTORED, ParityReport.OWN);
        assertThat(report.passed()).isTrue();
        assertThat(report.differences().get(ParityReport.OWN)).isPositive();
    }

    /** A graph that computes something else is baked all the same, and it is said that nothing independent speaks for it. */
    @Test
    void aGraphOfAnotherFunctionIsNotMeasuredByOurs() throws IOException {
        ParityReport report = bake(edited(graph -> {
            append(graph, "Neg");
        }));
        assertThat(report.differences()).containsOnlyKeys(ParityReport.FACTORED);
        assertThat(report.text()).contains("own forward pass of the checkpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Softmax", "Sigmoid"})
    void aGraphThatEndsInProbabilitiesIsComparedAsSuch(String operator) throws IOException {
        ParityReport report = bake(edited(graph -> append(graph, operator)));
        assertThat(report.differences()).containsKey(ParityReport.OWN);
    }

    @Test
    void channelsLastIsVerifiedToo() throws IOException {
        ParityReport report = bake(edited(graph -> {
            prepend(
                    graph,
                    "Transpose",
                    AttributeProto.newBuilder()
                            .setName("perm")
                            .setType(AttributeType.INTS)
                            .addAllInts(List.of(0L, 3L, 1L, 2L))
                            .build());
            shape(graph.getInputBuilder(0), 32, 32, 3);
        }));
        assertThat(report.differences()).containsKey(ParityReport.OWN);
    }

    @Test
    void bytesAndAFixedBatchAreVerifiedWithoutOurs() throws IOException {
        ParityReport report = bake(edited(graph -> {
            prepend(
                    graph,
                    "Cast",
                    AttributeProto.newBuilder()
                            .setName("to")
                            .setType(AttributeType.INT)
                            .setI(DataType.FLOAT.getNumber())
                            .build());
            graph.getInputBuilder(0)
                    .getTypeBuilder()
                    .getTensorTypeBuilder()
                    .setElemType(DataType.UINT8.getNumber())
                    .getShapeBuilder()
                    .setDim(0, Dimension.newBuilder().setDimValue(3));
        }));
        assertThat(report.samples()).isEqualTo(3);
        assertThat(report.differences()).containsOnlyKeys(ParityReport.FACTORED);
    }

    @Test
    void theLogitsAreComparedAmongSeveralOutputs() throws IOException {
        ParityReport report = bake(edited(graph -> {
            String inner = graph.getNodeList().stream()
                    .filter(node -> node.getName().endsWith("layers.0/attention/q_proj/MatMul"))
                    .findFirst()
                    .orElseThrow()
                    .getOutput(0);
            graph.addOutput(0, ValueInfoProto.newBuilder(graph.getOutput(0)).setName(inner));
            graph.getOutputBuilder(0)
                    .getTypeBuilder()
                    .getTensorTypeBuilder()
                    .clearShape()
                    .getShapeBuilder()
                    .addDim(Dimension.newBuilder().setDimParam("batch"))
                    .addDim(Dimension.newBuilder().setDimParam("tokens"))
                    .addDim(Dimension.newBuilder().setDimValue(64));
        }));
        assertThat(report.classes()).isEqualTo(10);
        assertThat(report.differences()).containsKey(ParityReport.OWN);
    }

    private ParityReport bake(Path graph) {
        ExportResult result = Baker.bake(
                Bakes.request(graph, TestData.path("hf-vit-tiny"), Bakes.deltas(), temp.resolve("out.onnx")));
        return result.parity().orElseThrow();
    }

    private Path edited(Consumer<GraphProto.Builder> edit) throws IOException {
        ModelProto.Builder model = OnnxFiles.read(TestData.path("onnx-exports/hf-sdpa/ts17.onnx")).toBuilder();
        edit.accept(model.getGraphBuilder());
        Path file = temp.resolve("edited.onnx");
        OnnxFiles.write(model.build(), file);
        return file;
    }

    private static void append(GraphProto.Builder graph, String operator) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .addInput(graph.getOutput(0).getName())
                .addOutput("ended"));
        graph.getOutputBuilder(0).setName("ended");
    }

    private static void prepend(GraphProto.Builder graph, String operator, AttributeProto attribute) {
        String input = graph.getInput(0).getName();
        graph.addNode(
                0,
                NodeProto.newBuilder()
                        .setOpType(operator)
                        .addAttribute(attribute)
                        .addInput("image")
                        .addOutput(input));
        graph.getInputBuilder(0).setName("image");
    }

    private static void shape(ValueInfoProto.Builder value, long... sides) {
        var shape = value.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        for (int i = 0; i < sides.length; i++) {
            shape.setDim(i + 1, Dimension.newBuilder().setDimValue(sides[i]));
        }
    }
}
