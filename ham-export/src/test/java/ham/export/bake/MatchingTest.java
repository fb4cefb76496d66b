package ham.export.bake;

import static org.assertj.core.api.Assertions.assertThat;

import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.MatchedLayer;
import ham.export.OnnxFiles;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.export.parity.ParityReport;
import ham.export.proto.AttributeProto;
import ham.export.proto.AttributeProto.AttributeType;
import ham.export.proto.GraphProto;
import ham.export.proto.ModelProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which constant is which layer's, where content alone does not tell. */
class MatchingTest {

    private static final String QUERY_0 = "vit.encoder.layer.0.attention.attention.query.weight";
    private static final String QUERY_1 = "vit.encoder.layer.1.attention.attention.query.weight";
    private static final String BIAS_0 = "vit.encoder.layer.0.attention.attention.query.bias";
    private static final String BIAS_1 = "vit.encoder.layer.1.attention.attention.query.bias";
    private static final String TS17_QUERY_0 = "onnx::MatMul_461";

    @TempDir
    private Path temp;

    private final Random random = new Random(3);

    @Test
    void aConstantSharedByTwoLayersIsSplitWhenOneChanges() throws IOException {
        Path weights = weightsWithEqualQueries();
        Merged merged = delta(QUERY_1);
        Path shared = sharedGraph(node -> node);
        Path output = temp.resolve("out.onnx");
        ExportResult result = Baker.bake(Bakes.request(shared, weights, merged, output));
        assertThat(result.parity().orElseThrow().passed()).isTrue();
        assertThat(result.matched())
                .extracting(MatchedLayer::initializer, MatchedLayer::layout)
                .containsExactly(Tuple.tuple(TS17_QUERY_0, "[in, out]"));

        ModelProto baked = OnnxFiles.read(output);
        NodeProto first = reader(baked, "/m/vit/layers.0/attention/q_proj/MatMul");
        NodeProto second = reader(baked, "/m/vit/layers.1/attention/q_proj/MatMul");
        assertThat(first.getInput(1)).isEqualTo(TS17_QUERY_0);
        assertThat(second.getInput(1)).isNotEqualTo(TS17_QUERY_0);
        assertThat(tensor(baked, TS17_QUERY_0)).isEqualTo(tensor(OnnxFiles.read(shared), TS17_QUERY_0));
        Path built = temp.resolve("built.onnx");
        Path folder = folder(weights);
        VitExporter.export(ExportRequest.builder()
                .setBase(Checkpoint.open(folder))
                .setMerged(merged)
                .setVersion("test")
                .setOutput(built)
                .setSettings(SampleModel.SETTINGS)
                .optVerify(false)
                .build());
        Bakes.assertClose(Bakes.logits(output, "hf"), Bakes.logits(built, "hf"), 1e-3f);
    }

    @Test
    void aSharedConstantThatBothChangeDifferentlyIsSplitToo() throws IOException {
        Path output = temp.resolve("out.onnx");
        Baker.bake(
                Bakes.request(sharedGraph(node -> node), weightsWithEqualQueries(), delta(QUERY_0, QUERY_1), output));
        ModelProto baked = OnnxFiles.read(output);
        assertThat(reader(baked, "/m/vit/layers.0/attention/q_proj/MatMul").getInput(1))
                .isNotEqualTo(
                        reader(baked, "/m/vit/layers.1/attention/q_proj/MatMul").getInput(1));
    }

    @Test
    void withoutNamesASharedConstantIsRefused() throws IOException {
        Path nameless = sharedGraph(node -> node.toBuilder().setName("MatMul_7").build());
        Bakes.refused(
                Bakes.request(nameless, weightsWithEqualQueries(), delta(QUERY_1), temp.resolve("out.onnx")),
                "layer '" + QUERY_1 + "'",
                TS17_QUERY_0,
                "equal weights elsewhere");
    }

    @Test
    void withoutNamesContentThatIsUniqueIsEnough() throws IOException {
        Path nameless = edited("hf-sdpa/ts17", graph -> {
            for (int i = 0; i < graph.getNodeCount(); i++) {
                graph.setNode(i, graph.getNode(i).toBuilder().setName("Node_" + i));
            }
        });
        ExportResult result = Baker.bake(
                Bakes.request(nameless, TestData.path("hf-vit-tiny"), Bakes.deltas(), temp.resolve("out.onnx")));
        assertThat(result.matched()).extracting(MatchedLayer::how).containsOnly("equal content");
    }

    @Test
    void namesDecideBetweenEqualConstants() throws IOException {
        Path weights = weightsWithEqualQueries();
        Path doubled = edited("hf-sdpa/ts17", graph -> {
            int second = initializer(graph, readOf(graph, "/m/vit/layers.1/attention/q_proj/MatMul"));
            int first = initializer(graph, TS17_QUERY_0);
            graph.setInitializer(
                    second,
                    graph.getInitializer(first).toBuilder()
                            .setName(graph.getInitializer(second).getName()));
        });
        String second = reader(OnnxFiles.read(doubled), "/m/vit/layers.1/attention/q_proj/MatMul")
                .getInput(1);
        ExportResult result = Baker.bake(Bakes.request(doubled, weights, delta(QUERY_1), temp.resolve("out.onnx")));
        assertThat(result.matched()).extracting(MatchedLayer::initializer).containsExactly(second);
    }

    @Test
    void aNodeOfAnotherLayerIsNoPlace() throws IOException {
        Path misnamed = edited("hf-sdpa/ts17", graph -> {
            for (int i = 0; i < graph.getNodeCount(); i++) {
                NodeProto node = graph.getNode(i);
                graph.setNode(
                        i,
                        node.toBuilder()
                                .setName(node.getName().replace("layers.0/attention/q", "layers.3/attention/q")));
            }
        });
        Bakes.refused(
                Bakes.request(misnamed, TestData.path("hf-vit-tiny"), delta(QUERY_0), temp.resolve("out.onnx")),
                "layers.3/attention/q_proj",
                "no node that reads it is of that layer");
    }

    @Test
    void valuesInListsAndInConstantNodesAreFound() throws IOException {
        Path lists = edited("hf-sdpa/ts17", graph -> {
            int index = initializer(graph, TS17_QUERY_0);
            TensorProto tensor = graph.getInitializer(index);
            TensorProto.Builder listed = tensor.toBuilder().clearRawData();
            var values = tensor.getRawData()
                    .asReadOnlyByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            while (values.hasRemaining()) {
                listed.addFloatData(values.get());
            }
            graph.setInitializer(index, listed);
            int other = initializer(graph, readOf(graph, "/m/vit/layers.1/attention/q_proj/MatMul"));
            TensorProto constant = graph.getInitializer(other);
            graph.removeInitializer(other);
            graph.addNode(
                    0,
                    NodeProto.newBuilder()
                            .setOpType("Constant")
                            .addOutput(constant.getName())
                            .addAttribute(AttributeProto.newBuilder()
                                    .setName("value")
                                    .setType(AttributeType.TENSOR)
                                    .setT(constant)));
        });
        Path output = temp.resolve("out.onnx");
        Baker.bake(Bakes.request(lists, TestData.path("hf-vit-tiny"), Bakes.deltas(), output));
        float[] expected = SampleModel.floats("ham-reference/baked_logits.safetensors", "hf.peft6.default.merged");
        Bakes.assertClose(Bakes.logits(output, "hf"), expected, 1e-3f);
    }

    @Test
    void halvesInListsAreFound() throws IOException {
        Path lists = edited("hf-sdpa/ts17_fp16", graph -> {
            for (int index = 0; index < graph.getInitializerCount(); index++) {
                TensorProto tensor = graph.getInitializer(index);
                if (tensor.getDataType() == TensorProto.DataType.FLOAT16_VALUE && tensor.getDimsCount() == 2) {
                    TensorProto.Builder listed = tensor.toBuilder().clearRawData();
                    var values = tensor.getRawData()
                            .asReadOnlyByteBuffer()
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asShortBuffer();
                    while (values.hasRemaining()) {
                        listed.addInt32Data(values.get() & 0xffff);
                    }
                    graph.setInitializer(index, listed);
                }
            }
        });
        Path output = temp.resolve("out.onnx");
        Baker.bake(Bakes.request(lists, TestData.path("hf-vit-tiny"), Bakes.deltas(), output));
        float[] expected = SampleModel.floats("ham-reference/baked_logits.safetensors", "hf.peft6.default.merged");
        Bakes.assertClose(Bakes.logits(output, "hf"), expected, 1e-2f);
    }

    @Test
    void biasesAreBakedLikeWeights() {
        float[] change = new float[64];
        for (int i = 0; i < change.length; i++) {
            change[i] = (float) random.nextGaussian();
        }
        Merged merged = new Merged(
                delta(QUERY_0).deltas(),
                new TreeMap<>(Map.of(BIAS_0, change, BIAS_1, change)),
                new TreeMap<>(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
        for (String graph : List.of("hf-sdpa/ts17", "hf-legacy/ts17_fused", "hf-sdpa/dynamo")) {
            Path output = temp.resolve(graph.replace('/', '-') + ".onnx");
            ExportResult result = Baker.bake(Bakes.request(graph, "hf", merged, output));
            assertThat(result.matched()).hasSize(3);
            Path built = temp.resolve("built.onnx");
            VitExporter.export(ExportRequest.builder()
                    .setBase(SampleModel.tiny())
                    .setMerged(merged)
                    .setVersion("test")
                    .setOutput(built)
                    .setSettings(SampleModel.SETTINGS)
                    .optVerify(false)
                    .optForce(true)
                    .build());
            Bakes.assertClose(Bakes.logits(output, "hf"), Bakes.logits(built, "hf"), 1e-3f);
        }
    }

    /** A convolution's delta is a matrix [out, in * height * width], which is what LoRA's product there is too. */
    @ParameterizedTest
    @CsvSource({
        "hf-sdpa/ts17, hf, vit.embeddings.patch_embeddings.projection.weight",
        "hf-sdpa/dynamo, hf, vit.embeddings.patch_embeddings.projection.weight",
        "timm-sdpa/ts17, timm, patch_embed.proj.weight"
    })
    void thePatchConvolutionIsBakedToo(String graph, String base, String weight) {
        Matrix change = Matrix.zeros(64, 3 * 8 * 8);
        for (int i = 0; i < change.data().length; i++) {
            change.data()[i] = (float) random.nextGaussian() / 4;
        }
        Merged merged = Bakes.merged(new TreeMap<>(Map.of(weight, change)));
        Path output = temp.resolve("baked.onnx");
        ExportResult result = Baker.bake(Bakes.request(graph, base, merged, output));
        assertThat(result.matched()).hasSize(1);
        assertThat(result.parity().orElseThrow().differences()).containsKey(ParityReport.OWN);
        assertThat(Bakes.logits(output, base))
                .isNotEqualTo(Bakes.logits(TestData.path("onnx-exports/" + graph + ".onnx"), base));
    }

    @Test
    void withoutWeightsTheCheckpointsNamesDecide() {
        Path built = temp.resolve("base.onnx");
        VitExporter.export(ExportRequest.builder()
                .setBase(SampleModel.tiny())
                .setMerged(Merged.none())
                .setVersion("test")
                .setOutput(built)
                .setSettings(SampleModel.SETTINGS)
                .optVerify(false)
                .build());
        Path output = temp.resolve("out.onnx");
        ExportResult result = Baker.bake(Bakes.request(built, null, Bakes.deltas(), output));
        assertThat(result.matched()).hasSize(8).allMatch(match -> match.initializer()
                .equals(match.layer() + ".weight"));
        float[] expected = SampleModel.floats("ham-reference/baked_logits.safetensors", "hf.peft6.default.merged");
        Bakes.assertClose(Bakes.logits(output, "hf"), expected, 1e-3f);
        assertThat(result.labels()).isEqualTo(SampleModel.tiny().config().labels());
    }

    @Test
    void withoutWeightsAGraphWithOtherNamesIsRefused() {
        Bakes.refused(
                Bakes.request(
                        TestData.path("onnx-exports/hf-sdpa/ts17.onnx"),
                        null,
                        Bakes.deltas(),
                        temp.resolve("out.onnx")),
                "expected one initializer of that name, found none",
                "as weights");
    }

    private Merged delta(String... layers) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        for (String layer : layers) {
            Matrix delta = Matrix.zeros(64, 64);
            for (int i = 0; i < delta.data().length; i++) {
                delta.data()[i] = (float) random.nextGaussian() / 4;
            }
            deltas.put(layer, delta);
        }
        return Bakes.merged(deltas);
    }

    /** The tiny checkpoint, but block 1 has the query of block 0. */
    private Path weightsWithEqualQueries() {
        SafetensorsFile whole = SafetensorsFile.open(TestData.path("hf-vit-tiny/model.safetensors"));
        SafetensorsWriter writer = new SafetensorsWriter();
        whole.names()
                .forEach(name -> writer.add(
                        name, whole.info(name).shape(), whole.floats(name.equals(QUERY_1) ? QUERY_0 : name)));
        Path file = temp.resolve("equal.safetensors");
        writer.write(file);
        return file;
    }

    private Path folder(Path weights) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("checkpoint"));
        Files.copy(TestData.path("hf-vit-tiny/config.json"), folder.resolve("config.json"));
        Files.copy(weights, folder.resolve("model.safetensors"));
        return folder;
    }

    /** As an exporter writes equal queries: one initializer with two readers, which may be renamed. */
    private Path sharedGraph(UnaryOperator<NodeProto> readers) throws IOException {
        return edited("hf-sdpa/ts17", graph -> {
            String second = readOf(graph, "/m/vit/layers.1/attention/q_proj/MatMul");
            graph.removeInitializer(initializer(graph, second));
            for (int i = 0; i < graph.getNodeCount(); i++) {
                NodeProto node = graph.getNode(i);
                if (node.getInputList().contains(second)) {
                    node = node.toBuilder().setInput(1, TS17_QUERY_0).build();
                }
                graph.setNode(i, node.getInputList().contains(TS17_QUERY_0) ? readers.apply(node) : node);
            }
        });
    }

    private Path edited(String graph, Consumer<GraphProto.Builder> edit) throws IOException {
        ModelProto.Builder model = OnnxFiles.read(TestData.path("onnx-exports/" + graph + ".onnx")).toBuilder();
        edit.accept(model.getGraphBuilder());
        Path file = temp.resolve("edited.onnx");
        OnnxFiles.write(model.build(), file);
        return file;
    }

    private static NodeProto reader(ModelProto model, String node) {
        return model.getGraph().getNodeList().stream()
                .filter(each -> each.getName().equals(node))
                .findFirst()
                .orElseThrow();
    }

    private static String readOf(GraphProto.Builder graph, String node) {
        return graph.getNodeList().stream()
                .filter(each -> each.getName().equals(node))
                .findFirst()
                .orElseThrow()
                .getInput(1);
    }

    private static int initializer(GraphProto.Builder graph, String name) {
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (graph.getInitializer(i).getName().equals(name)) {
                return i;
            }
        }
        throw new AssertionError("no initializer " + name);
    }

    private static TensorProto tensor(ModelProto model, String name) {
        return model.getGraph().getInitializer(initializer(model.getGraph().toBuilder(), name));
    }
}
