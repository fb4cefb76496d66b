package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.merge.tensor.HalfPrecision;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Graphs whose weights are the checkpoint's but for what exporters and other machines do to them. */
class NearContentTest {
    private static final String QUERY = "/m/vit/layers.0/attention/q_proj/MatMul";

    @TempDir
    private Path temp;

    /** What becomes of one value. */
    private interface Change {
        float of(float value);
    }

    @Test
    void theLastBitsMayDiffer() throws IOException {
        Random random = new Random(1);
        Path graph = edited(each -> matrices(each, value -> value * (1 + 1e-6f * (2 * random.nextFloat() - 1))));
        ExportResult result = bake(graph);
        assertThat(result.matched()).hasSize(8).extracting(MatchedLayer::how).allMatch(how -> how.contains("within"));
        assertClose(1e-3f);
    }

    @Test
    void aRoundTripThroughFloat16IsNoOtherWeight() throws IOException {
        Path graph = edited(each -> matrices(each, value -> HalfPrecision.float16(HalfPrecision.toFloat16(value))));
        ExportResult result = bake(graph);
        assertThat(result.matched())
                .hasSize(8)
                .extracting(MatchedLayer::how)
                .allMatch(how -> how.contains("round trip through float16"));
        assertClose(1e-2f);
    }

    @Test
    void moreThanTheLastBitsIsAnotherWeight() throws IOException {
        Random random = new Random(1);
        Path graph = edited(each -> matrices(each, value -> value + 1e-3f * (float) random.nextGaussian()));
        Bakes.refused(
                Bakes.request(graph, TestData.path("hf-vit-tiny"), Bakes.deltas(), temp.resolve("out.onnx")),
                "other values in all of that size",
                "the nearest other in 'onnx::MatMul_");
    }

    /** As exporters do that fold the scale of attention into the query: the sums of the scores stay what they were. */
    @Test
    void aFactorOfAWholeLayerIsKeptAndSaid() throws IOException {
        float scale = (float) Math.sqrt(1 / 16.0) / 3;
        Path graph = edited(each -> {
            scale(each, QUERY, scale);
            scale(each, QUERY.replace("q_proj", "k_proj"), 1 / scale);
            scaleBias(each, "layers.0.attention.q_proj.bias", scale);
            scaleBias(each, "layers.0.attention.k_proj.bias", 1 / scale);
        });
        ExportResult result = bake(graph);
        assertThat(result.matched())
                .extracting(MatchedLayer::how)
                .anyMatch(how -> how.startsWith("equal content times 0.0833"));
        assertClose(1e-3f);
    }

    /** torch.onnx stores equal weights once and gives the others by Identity; who reads those is the layer. */
    @Test
    void aSharedWeightIsFollowedThroughIdentityNodes() throws IOException {
        for (boolean named : new boolean[] {true, false}) {
            Path graph = edited(each -> {
                for (int i = 0; i < each.getNodeCount(); i++) {
                    NodeProto node = each.getNode(i);
                    if (node.getOpType().equals("MatMul") && node.getInput(1).startsWith("onnx::MatMul_")) {
                        String weight = node.getInput(1);
                        String given = node.getName()
                                .substring(1)
                                .replace("/MatMul", ".weight")
                                .replace('/', '.');
                        each.setNode(
                                i, node.toBuilder().setInput(1, given).setName(named ? node.getName() : "MatMul_" + i));
                        each.addNode(
                                i,
                                NodeProto.newBuilder()
                                        .setOpType("Identity")
                                        .setName("Identity_" + i)
                                        .addInput(weight)
                                        .addOutput(given));
                        i++;
                    }
                }
            });
            ExportResult result = bake(graph);
            assertThat(result.matched())
                    .hasSize(8)
                    .extracting(MatchedLayer::how)
                    .containsOnly("equal content, and the node's name");
            assertClose(1e-3f);
        }
    }

    private ExportResult bake(Path graph) {
        return Baker.bake(
                Bakes.request(graph, TestData.path("hf-vit-tiny"), Bakes.deltas(), temp.resolve("out.onnx")).toBuilder()
                        .optForce(true)
                        .build());
    }

    private void assertClose(float tolerance) {
        float[] expected = SampleModel.floats("ham-reference/baked_logits.safetensors", "hf.peft6.default.merged");
        Bakes.assertClose(Bakes.logits(temp.resolve("out.onnx"), "hf"), expected, tolerance);
    }

    private Path edited(Consumer<GraphProto.Builder> edit) throws IOException {
        ModelProto.Builder model = OnnxFiles.read(TestData.path("onnx-exports/hf-sdpa/ts17.onnx")).toBuilder();
        edit.accept(model.getGraphBuilder());
        Path file = temp.resolve("edited.onnx");
        OnnxFiles.write(model.build(), file);
        return file;
    }

    private static void matrices(GraphProto.Builder graph, Change change) {
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (graph.getInitializer(i).getDimsCount() == 2) {
                graph.setInitializer(i, changed(graph.getInitializer(i), change));
            }
        }
    }

    private static void scale(GraphProto.Builder graph, String node, float factor) {
        String weight = graph.getNodeList().stream()
                .filter(each -> each.getName().equals(node))
                .findFirst()
                .orElseThrow()
                .getInput(1);
        scaleBias(graph, weight, factor);
    }

    private static void scaleBias(GraphProto.Builder graph, String name, float factor) {
        int found = 0;
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (graph.getInitializer(i).getName().endsWith(name)) {
                graph.setInitializer(i, changed(graph.getInitializer(i), value -> value * factor));
                found++;
            }
        }
        assertThat(found).as(name).isEqualTo(1);
    }

    private static TensorProto changed(TensorProto tensor, Change change) {
        FloatBuffer values = tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            bytes.putFloat(change.of(values.get()));
        }
        return tensor.toBuilder().setRawData(ByteString.copyFrom(bytes.flip())).build();
    }
}
