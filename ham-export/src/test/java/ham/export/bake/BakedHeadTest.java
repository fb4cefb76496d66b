package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.bake.BakeRequest.HeadChoice;
import ham.export.parity.ParityReport;
import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.merge.folder.Merged;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.head.PrototypeHead;
import ham.merge.tensor.Matrix;
import ham.runtime.model.OnnxModel;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The classifier of a foreign graph gives way to the merge's head; what ham builds itself is the reference. */
class BakedHeadTest {

    private static final Random RANDOM = new Random(7);

    @TempDir
    private Path temp;

    @ParameterizedTest
    @CsvSource({
        "hf-sdpa/ts17, linear, 1e-3",
        "hf-sdpa/ts17, prototype, 1e-3",
        "hf-sdpa/dynamo, prototype, 1e-3",
        "hf-sdpa/dynamo_external, analytic, 1e-3",
        "hf-legacy/ts17_fused, analytic, 1e-3",
        "hf-sdpa/ts17_fp16, linear, 1e-2",
        "hf-sdpa/ts17_fp16, prototype, 1e-2",
    })
    void itIsTheHeadThatABuiltModelHas(String graph, String kind, float tolerance) {
        Merged merged = Bakes.deltas().withHead(head(kind, 64));
        Path output = temp.resolve("baked.onnx");
        ExportResult result = Baker.bake(Bakes.request(graph, "hf", merged, output));
        assertThat(result.head()).isEqualTo(kind);
        assertThat(result.labels()).containsExactly("a", "b", "c");
        assertThat(result.parity().orElseThrow().passed()).isTrue();

        Path built = temp.resolve("built.onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(SampleModel.tiny())
                .setMerged(merged)
                .setVersion("test")
                .setOutput(built)
                .setSettings(SampleModel.SETTINGS)
                .optVerify(false)
                .build());
        Bakes.assertClose(Bakes.logits(output, "hf"), Bakes.logits(built, "hf"), tolerance);
        try (OnnxModel model = OnnxModel.open(output, SampleModel.SETTINGS)) {
            assertThat(model.outputs().get(0).shape()).containsExactly(-1L, 3L);
            assertThat(model.metadata())
                    .containsEntry("ham.labels", "[\"a\",\"b\",\"c\"]")
                    .containsEntry("ham.head", kind)
                    .containsKey("ham.preprocessing");
        }
    }

    /** The weight behind Identity and Cast, the logits behind a Cast, and a second output that is their softmax. */
    @Test
    void aClassifierBehindOtherNodesIsReplacedToo() throws IOException {
        ModelProto.Builder model = OnnxFiles.read(TestData.path("onnx-exports/hf-sdpa/ts17.onnx")).toBuilder();
        GraphProto.Builder graph = model.getGraphBuilder();
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            if (node.getOutputList().contains("logits")) {
                assertThat(node.getOpType()).isEqualTo("Gemm");
                graph.setNode(i, node.toBuilder().setInput(1, "weight.cast").setOutput(0, "raw"));
                graph.addNode(i, cast("weight.same", "weight.cast"));
                graph.addNode(i, operator("Identity", node.getInput(1), "weight.same"));
                break;
            }
        }
        graph.addNode(cast("raw", "logits"));
        graph.addNode(operator("Softmax", "logits", "probabilities"));
        graph.addOutput(graph.getOutput(0).toBuilder().setName("probabilities"));
        Path edited = temp.resolve("edited.onnx");
        OnnxFiles.write(model.build(), edited);
        Merged merged = Bakes.deltas().withHead(head("linear", 64));
        Path output = temp.resolve("baked.onnx");
        ExportResult result = Baker.bake(Bakes.request(edited, TestData.path("hf-vit-tiny"), merged, output));
        assertThat(result.parity().orElseThrow().differences()).containsKey(ParityReport.OWN);
        try (OnnxModel session = OnnxModel.open(output, SampleModel.SETTINGS)) {
            assertThat(session.outputs()).hasSize(2).allMatch(each -> each.shape()
                    .equals(List.of(-1L, 3L)));
        }
        assertThat(OnnxFiles.read(output).getGraph().getNodeList())
                .extracting(NodeProto::getOutputList)
                .noneMatch(outputs -> outputs.contains("weight.cast"));
    }

    private static NodeProto operator(String type, String from, String to) {
        return NodeProto.newBuilder()
                .setOpType(type)
                .addInput(from)
                .addOutput(to)
                .build();
    }

    private static NodeProto cast(String from, String to) {
        return operator("Cast", from, to).toBuilder()
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeType.INT)
                        .setI(1))
                .build();
    }

    /** What a bake is compared with lies beside it for a while, under no name that somebody may have chosen. */
    @ParameterizedTest
    @ValueSource(strings = {"own.onnx", "reference.onnx", "without.onnx"})
    void anOutputMayHaveAnyName(String name) {
        Path output = temp.resolve(name);
        Baker.bake(Bakes.request("hf-sdpa/ts17", "hf", Bakes.deltas().withHead(head("linear", 64)), output));
        assertThat(temp.toFile().list()).containsExactly(name);
    }

    @Test
    void theGraphsOwnClassifierCanBeKept() {
        Merged merged = Bakes.deltas().withHead(head("linear", 64));
        Path output = temp.resolve("baked.onnx");
        ExportResult result = Baker.bake(Bakes.request("timm-sdpa/ts17", "timm", merged, output).toBuilder()
                .optHead(HeadChoice.KEEP)
                .build());
        assertThat(result.head()).isEqualTo("base");
        float[] expected = SampleModel.floats("ham-reference/baked_logits.safetensors", "timm.peft6.default.merged");
        Bakes.assertClose(Bakes.logits(output, "timm"), expected, 1e-3f);
    }

    @Test
    void aClassifierThatIsNotFoundIsNotGuessed() {
        Path weights = Bakes.withoutClassifier(TestData.path("hf-vit-tiny"), temp);
        BakeRequest request = Bakes.request(
                TestData.path("onnx-exports/hf-sdpa/ts17.onnx"),
                weights,
                Bakes.deltas().withHead(head("linear", 64)),
                temp.resolve("out.onnx"));
        Bakes.refused(request, "classifier", "head: keep");
        Baker.bake(request.toBuilder().optHead(HeadChoice.KEEP).build());
    }

    @Test
    void aHeadForOtherFeaturesIsRefused() {
        Bakes.refused(
                Bakes.request(
                        "hf-sdpa/ts17", "hf", Bakes.deltas().withHead(head("linear", 32)), temp.resolve("out.onnx")),
                "width 64",
                "32");
    }

    private static NamedHead head(String kind, int features) {
        Head head =
                switch (kind) {
                    case "linear" -> new LinearHead(matrix(3, features), new float[] {0.5f, -1, 2});
                    case "prototype" -> new PrototypeHead(matrix(3, features));
                    default -> new AnalyticHead(matrix(features, 20), matrix(3, 20));
                };
        return new NamedHead(head, List.of("a", "b", "c"));
    }

    private static Matrix matrix(int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            matrix.data()[i] = (float) RANDOM.nextGaussian();
        }
        return matrix;
    }
}
