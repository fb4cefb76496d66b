package ham.bench.program;

import static ham.bench.program.RandomBackbone.BLOCKS;
import static ham.bench.program.RandomBackbone.CLASSES;
import static ham.bench.program.RandomBackbone.D;
import static ham.bench.program.RandomBackbone.HEADS;
import static ham.bench.program.RandomBackbone.ROOT;
import static ham.bench.program.RandomBackbone.SIZE;
import static ham.bench.program.RandomBackbone.TOKENS;

import com.google.protobuf.UnsafeByteOperations;
import ham.export.graph.Attributes;
import ham.export.graph.OperatorSets;
import ham.export.graph.ValueInfos;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A graph of {@link RandomBackbone}, written by hand in the way that the switches of {@link ExportBench} say. */
public final class RandomGraph {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("vit");
    private final Set<String> constants = new HashSet<>();
    private final Map<String, List<String>> quantised = new HashMap<>();
    private final Set<String> switches;
    private int nodes;

    RandomGraph(Set<String> switches) {
        this.switches = switches;
    }

    /** Writes the graph that torch.onnx's TorchScript exporter would make of it, as far as operators and layout go. */
    public static void writeExporters(Path file) throws IOException {
        write(Set.of("exporter"), file);
    }

    static void write(Set<String> switches, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            OperatorSets.model(new RandomGraph(switches).build()).build().writeTo(out);
        }
    }

    private boolean has(String name) {
        return switches.contains(name);
    }

    /** The graph. */
    GraphProto build() {
        boolean exporter = has("exporter");
        graph.addInput(ValueInfos.floats("pixel_values", "batch", 3, 224, 224));
        String x = node(
                "Add",
                List.of(
                        node("Concat", List.of(classToken(), patches()), Attributes.integer("axis", 1)),
                        own("vit.embeddings.position_embeddings", 1, TOKENS, D)));
        x = exporter ? x : reshape(x, -1, D);
        String addend = null;
        for (int block = 0; block < BLOCKS; block++) {
            boolean last = block == BLOCKS - 1 && !exporter;
            String at = ROOT + block + ".";
            String[] before = norm(at + "layernorm_before", x, addend);
            x = before[1];
            String asking = last ? classRows(before[0]) : before[0];
            String residual = last ? classRows(x) : x;
            String mixed = linear(
                    at + "attention.output.dense",
                    attention(at + "attention.attention.", asking, before[0], last),
                    D,
                    D);
            String[] after = norm(at + "layernorm_after", residual, mixed);
            addend = linear(at + "output.dense", expanded(at + "intermediate.dense", after[0]), D, 4 * D);
            x = after[1];
        }
        x = node("Add", List.of(x, addend));
        String features = norm("vit.layernorm", x, null)[0];
        String rows = exporter ? node("Gather", List.of(features, index()), Attributes.integer("axis", 1)) : features;
        String logits = node(
                "Gemm",
                List.of(rows, own("classifier.weight", CLASSES, D), own("classifier.bias", CLASSES)),
                Attributes.integer("transB", 1));
        graph.addOutput(ValueInfos.floats(logits, "batch", CLASSES));
        return graph.build();
    }

    private String classToken() {
        String size =
                node("Shape", List.of("pixel_values"), Attributes.integer("start", 0), Attributes.integer("end", 1));
        String shape = node("Concat", List.of(size, longs(1, D)), Attributes.integer("axis", 0));
        return node("Expand", List.of(own("vit.embeddings.cls_token", 1, 1, D), shape));
    }

    private String patches() {
        String weight = "vit.embeddings.patch_embeddings.projection.weight";
        String bias = own("vit.embeddings.patch_embeddings.projection.bias", D);
        if (has("patches")) {
            String cut = transpose(reshape("pixel_values", -1, 3, 14, 16, 14, 16), 0, 2, 4, 1, 3, 5);
            String rows = node(
                    "Gemm", List.of(reshape(cut, -1, D), own(weight, D, D), bias), Attributes.integer("transB", 1));
            return reshape(rows, -1, TOKENS - 1, D);
        }
        String maps = node(
                "Conv",
                List.of("pixel_values", own(weight, D, 3, 16, 16), bias),
                Attributes.integers("kernel_shape", 16, 16),
                Attributes.integers("strides", 16, 16));
        return transpose(reshape(maps, -1, D, TOKENS - 1), 0, 2, 1);
    }

    /** The norm of x (plus an addend), and what it was taken of. */
    private String[] norm(String module, String x, String addend) {
        List<String> parameters = List.of(own(module + ".weight", D), own(module + ".bias", D));
        if (addend != null && has("skip")) {
            List<String> outputs = add(
                    "com.microsoft",
                    "SkipLayerNormalization",
                    List.of(x, addend, parameters.get(0), parameters.get(1)),
                    4,
                    Attributes.decimal("epsilon", 1e-12f));
            return new String[] {outputs.get(0), outputs.get(3)};
        }
        String sum = addend == null ? x : node("Add", List.of(addend, x));
        return new String[] {
            node(
                    "LayerNormalization",
                    List.of(sum, parameters.get(0), parameters.get(1)),
                    Attributes.integer("axis", -1),
                    Attributes.decimal("epsilon", 1e-12f)),
            sum
        };
    }

    private String attention(String at, String asking, String x, boolean last) {
        if (has("attention") && !last) {
            float[] weight = new float[3 * D * D];
            float[] bias = new float[3 * D];
            for (int part = 0; part < 3; part++) {
                String name = at + List.of("query", "key", "value").get(part);
                float[] own = transposed(RandomBackbone.values(name + ".weight", D * D), D, D);
                for (int row = 0; row < D; row++) {
                    System.arraycopy(own, row * D, weight, row * 3 * D + part * D, D);
                }
                System.arraycopy(RandomBackbone.values(name + ".bias", D), 0, bias, part * D, D);
            }
            String sequences = has("exporter") ? x : reshape(x, -1, TOKENS, D);
            String mixed = add(
                            "com.microsoft",
                            "Attention",
                            List.of(
                                    sequences,
                                    floats(at + "packed", weight, D, 3 * D),
                                    floats(at + "packed.bias", bias, 3 * D)),
                            1,
                            Attributes.integer("num_heads", HEADS))
                    .get(0);
            return has("exporter") ? mixed : reshape(mixed, -1, D);
        }
        int tokens = last ? 1 : TOKENS;
        float scale = (float) (1 / Math.sqrt(SIZE));
        String query = linear(at + "query", asking, D, D, has("fold") ? scale : 1);
        String key = linear(at + "key", x, D, D);
        String value = linear(at + "value", x, D, D);
        if (has("mha")) {
            List<String> inputs =
                    List.of(reshape(query, -1, tokens, D), reshape(key, -1, TOKENS, D), reshape(value, -1, TOKENS, D));
            return reshape(
                    add("com.microsoft", "MultiHeadAttention", inputs, 1, Attributes.integer("num_heads", HEADS))
                            .get(0),
                    -1,
                    D);
        }
        query = transpose(reshape(query, -1, tokens, HEADS, SIZE), 0, 2, 1, 3);
        key = transpose(reshape(key, -1, TOKENS, HEADS, SIZE), 0, 2, 3, 1);
        value = transpose(reshape(value, -1, TOKENS, HEADS, SIZE), 0, 2, 1, 3);
        if (has("exporter")) {
            String root = floats("root_scale", new float[] {(float) Math.sqrt(scale)});
            query = node("Mul", List.of(query, root));
            key = node("Mul", List.of(key, root));
        } else if (!has("fold")) {
            query = node("Mul", List.of(query, floats("scale", new float[] {scale})));
        }
        String weights = node("Softmax", List.of(node("MatMul", List.of(query, key))), Attributes.integer("axis", -1));
        String context = transpose(node("MatMul", List.of(weights, value)), 0, 2, 1, 3);
        return has("exporter") ? reshape(context, -1, tokens, D) : reshape(context, -1, D);
    }

    private String expanded(String module, String x) {
        if (has("biasgelu")) {
            String product = node(
                    "MatMul",
                    List.of(
                            x,
                            floats(
                                    module + ".t",
                                    transposed(RandomBackbone.values(module + ".weight", 4 * D * D), 4 * D, D),
                                    D,
                                    4 * D)));
            return add("com.microsoft", "BiasGelu", List.of(product, own(module + ".bias", 4 * D)), 1)
                    .get(0);
        }
        String y = linear(module, x, 4 * D, D);
        if (has("gelu")) {
            return add("com.microsoft", "Gelu", List.of(y), 1).get(0);
        }
        String erf =
                node("Erf", List.of(node("Div", List.of(y, floats("root_two", new float[] {(float) Math.sqrt(2)})))));
        String gate = node("Add", List.of(erf, floats("one", new float[] {1})));
        return node("Mul", List.of(node("Mul", List.of(y, gate)), floats("half", new float[] {0.5f})));
    }

    private String linear(String module, String x, int out, int in) {
        return linear(module, x, out, in, 1);
    }

    private String linear(String module, String x, int out, int in, float scale) {
        float[] weight = RandomBackbone.values(module + ".weight", out * in);
        float[] shift = RandomBackbone.values(module + ".bias", out);
        for (int i = 0; i < weight.length && scale != 1; i++) {
            weight[i] *= scale;
        }
        for (int i = 0; i < out && scale != 1; i++) {
            shift[i] *= scale;
        }
        String bias = floats(module + ".bias", shift, out);
        if (has("int8")) {
            return integers(module, x, weight, bias, out, in);
        }
        if (has("exporter")) {
            return node(
                    "Add",
                    List.of(
                            bias,
                            node("MatMul", List.of(x, floats(module + ".t", transposed(weight, out, in), in, out)))));
        }
        return has("transposed")
                ? node("Gemm", List.of(x, floats(module + ".t", transposed(weight, out, in), in, out), bias))
                : node(
                        "Gemm",
                        List.of(x, floats(module + ".weight", weight, out, in), bias),
                        Attributes.integer("transB", 1));
    }

    /** As ONNX Runtime's dynamic quantiser writes it, with a scale for every output and an explicit zero point. */
    private String integers(String module, String x, float[] weight, String bias, int out, int in) {
        byte[] rounded = new byte[weight.length];
        float[] scales = new float[out];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                scales[o] = Math.max(scales[o], Math.abs(weight[o * in + i]) / 127);
            }
            for (int i = 0; i < in; i++) {
                rounded[i * out + o] = (byte) Math.rint(weight[o * in + i] / scales[o]);
            }
        }
        List<String> values = quantised.computeIfAbsent(x, each -> add("", "DynamicQuantizeLinear", List.of(each), 3));
        String matrix = constant(module + ".int8", TensorProto.DataType.INT8, ByteBuffer.wrap(rounded), in, out);
        String zero = constant(module + ".zero", TensorProto.DataType.INT8, ByteBuffer.allocate(out), out);
        String sum = node("MatMulInteger", List.of(values.get(0), matrix, values.get(2), zero));
        String product = node("Cast", List.of(sum), Attributes.integer("to", 1));
        String factor = node("Mul", List.of(values.get(1), floats(module + ".scale", scales, out)));
        return node("Add", List.of(bias, node("Mul", List.of(product, factor))));
    }

    private String classRows(String x) {
        return node("Gather", List.of(reshape(x, -1, TOKENS, D), index()), Attributes.integer("axis", 1));
    }

    private String index() {
        return constant("class_token", TensorProto.DataType.INT64, ByteBuffer.allocate(8));
    }

    private String reshape(String x, long... shape) {
        return node("Reshape", List.of(x, longs(shape)));
    }

    private String transpose(String x, long... order) {
        return node("Transpose", List.of(x), Attributes.integers("perm", order));
    }

    private String node(String operator, List<String> inputs, AttributeProto... attributes) {
        return add("", operator, inputs, 1, attributes).get(0);
    }

    private List<String> add(
            String domain, String operator, List<String> inputs, int outputs, AttributeProto... attributes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add("value" + nodes + "_" + i);
        }
        graph.addNode(NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(operator)
                .setName("node" + nodes++)
                .addAllInput(inputs)
                .addAllOutput(names)
                .addAllAttribute(List.of(attributes)));
        return names;
    }

    private String own(String name, long... shape) {
        return floats(
                name, RandomBackbone.values(name, (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)), shape);
    }

    private String floats(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return constant(name, TensorProto.DataType.FLOAT, bytes, shape);
    }

    private String longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return constant("shape" + Arrays.toString(values), TensorProto.DataType.INT64, bytes, values.length);
    }

    private String constant(String name, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
        if (constants.add(name)) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(type.getNumber())
                    .addAllDims(Arrays.stream(shape).boxed().toList())
                    .setRawData(UnsafeByteOperations.unsafeWrap(bytes)));
        }
        return name;
    }

    private static float[] transposed(float[] weight, int out, int in) {
        float[] result = new float[weight.length];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                result[i * out + o] = weight[o * in + i];
            }
        }
        return result;
    }
}
