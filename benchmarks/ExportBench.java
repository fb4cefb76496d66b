import com.google.protobuf.UnsafeByteOperations;
import ham.export.ExportRequest;
import ham.export.VitExporter;
import ham.export.graph.Attributes;
import ham.export.graph.OperatorSets;
import ham.export.graph.ValueInfos;
import ham.export.parity.ParityInputs;
import ham.export.precision.Calibration;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.precision.RangeMethod;
import ham.export.proto.AttributeProto;
import ham.export.proto.GraphProto;
import ham.export.proto.NodeProto;
import ham.export.proto.TensorProto;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.safetensors.SafetensorsWriter;
import ham.runtime.latency.Candidate;
import ham.runtime.latency.InterleavedMeasurement;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Compares ONNX graphs of one random ViT-B/16 (224 pixels, 1000 classes) in ONNX Runtime, interleaved in one run. Prints medians, and ratios to the
 * first.
 *
 * <pre>java -Xmx8g -cp "ham-cli/target/lib/*:ham-cli/target/ham-cli.jar" benchmarks/ExportBench.java GRAPH...</pre>
 *
 * <p>A GRAPH is {@code ham:PRECISION:FLAVOR[:static]}, what {@code ham export} writes; or switches with commas between them, which say how a graph is
 * written by hand: {@code exporter} (operators and layout of torch.onnx's TorchScript exporter: MatMul and Add, query and key each scaled, all
 * tokens in the last block), {@code int8} (as ONNX Runtime's dynamic quantiser changes it), {@code skip} (SkipLayerNormalization), {@code attention}
 * (Attention with packed q, k, v), {@code mha} (MultiHeadAttention), {@code biasgelu}, {@code gelu}, {@code fold} (attention scale in the weights),
 * {@code transposed} (Gemm on [in, out] weights), {@code patches} (patch embedding as Gemm). Without {@code exporter} the linear layers are Gemm on [batch * tokens, d]
 * and the last block computes the class token only.
 *
 * <p>System properties: {@code batch} (1), {@code threads} (2), {@code rounds} (20), {@code images} (4, for static ranges). With {@code -Dcpu} the
 * session has one thread, and that thread's own CPU time is compared: on a machine that others use it is far steadier than time on the clock.
 */
public final class ExportBench {
    private static final int D = 768;
    private static final int BLOCKS = 12;
    private static final int HEADS = 12;
    private static final int SIZE = D / HEADS;
    private static final int TOKENS = 197;
    private static final int CLASSES = 1000;
    private static final String ROOT = "vit.encoder.layer.";

    public static void main(String[] graphs) throws Exception {
        int batch = Integer.getInteger("batch", 1);
        boolean cpu = System.getProperty("cpu") != null;
        SessionSettings settings = new SessionSettings(cpu ? 1 : Integer.getInteger("threads", 2));
        Path folder = Files.createTempDirectory("ham-bench-");
        try {
            Checkpoint checkpoint = checkpoint(folder.resolve("base"));
            ParityInputs images = ParityInputs.seeded(checkpoint.config(), Math.max(batch, Integer.getInteger("images", 4)), 1);
            float[] pixels = images.range(0, batch);
            long[] shape = {batch, 3, 224, 224};
            FloatBuffer input = ByteBuffer.allocateDirect(4 * pixels.length).order(ByteOrder.nativeOrder()).asFloatBuffer().put(pixels).flip();
            List<Candidate> candidates = new ArrayList<>();
            float[] first = null;
            for (String graph : graphs) {
                Path file = folder.resolve("model.onnx");
                write(graph, checkpoint, images, settings, file);
                OnnxModel model = OnnxModel.open(file, settings);
                float[] logits = model.run(pixels, shape);
                first = first == null ? logits : first;
                System.out.printf("%-40s largest difference of a logit from the first graph %.1e%n", graph, difference(first, logits));
                candidates.add(new Candidate(graph, () -> model.run(input.duplicate(), shape)));
            }
            int rounds = Integer.getInteger("rounds", 20);
            double[] medians = cpu ? cpuTimes(candidates, rounds) : clockTimes(candidates, rounds);
            System.out.printf("batch %d, %s%n", batch, cpu ? "1 thread, CPU time" : settings.threads() + " threads");
            for (int i = 0; i < medians.length; i++) {
                System.out.printf("%-40s %8.1f ms %6.3f%n", graphs[i], medians[i], medians[i] / medians[0]);
            }
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            }
        }
    }

    private static double[] clockTimes(List<Candidate> candidates, int rounds) {
        return new InterleavedMeasurement(2, rounds, 3, Duration.ofMillis(20), Duration.ofMinutes(10))
                .measure(candidates).stream().mapToDouble(each -> each.latency().p50Ms()).toArray();
    }

    private static double[] cpuTimes(List<Candidate> candidates, int rounds) {
        var threads = ManagementFactory.getThreadMXBean();
        double[][] times = new double[candidates.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < candidates.size(); turn++) {
                int index = (round + turn) % candidates.size();
                candidates.get(index).action().run(); // warms the caches
                long start = threads.getCurrentThreadCpuTime();
                candidates.get(index).action().run();
                times[index][round] = (threads.getCurrentThreadCpuTime() - start) / 1e6;
            }
        }
        return Arrays.stream(times).mapToDouble(each -> Arrays.stream(each).sorted().toArray()[rounds / 2]).toArray();
    }

    private static void write(String graph, Checkpoint checkpoint, ParityInputs images, SessionSettings settings, Path file) throws Exception {
        Files.deleteIfExists(file);
        if (graph.startsWith("ham:")) {
            String[] parts = graph.split(":");
            NumberFormat format = NumberFormat.of(Precision.valueOf(parts[1].toUpperCase()), Flavor.valueOf(parts[2].toUpperCase()));
            format = parts.length > 3 ? format.withCalibration(new Calibration(images, RangeMethod.MINMAX)) : format;
            VitExporter.export(ExportRequest.builder().setBase(checkpoint).setMerged(Merged.none()).setVersion("bench").setOutput(file).setSettings(settings).optFormat(format).optVerify(false).build());
            return;
        }
        GraphProto built = new ExportBench(Set.of(graph.split(","))).build();
        try (var out = Files.newOutputStream(file)) {
            OperatorSets.model(built).build().writeTo(out);
        }
    }

    private static double difference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    // ---- the checkpoint ----------------------------------------------------------------------------------------------------

    /** Values that depend on nothing but name and number, about normal with deviation 0.02; norm weights lie around 1. */
    private static float[] values(String name, int count) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        boolean norm = name.contains("layernorm") && name.endsWith("weight");
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double sum = random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5;
            values[i] = (float) ((norm ? 1 : 0) + 0.04 * sum);
        }
        return values;
    }

    private static Checkpoint checkpoint(Path folder) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), """
                {"model_type": "vit", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072,
                 "image_size": 224, "patch_size": 16, "layer_norm_eps": 1e-12, "id2label": {%s}}
                """.formatted(String.join(",", java.util.stream.IntStream.range(0, CLASSES).mapToObj(i -> "\"" + i + "\": \"class " + i + "\"").toList())));
        SafetensorsWriter writer = new SafetensorsWriter();
        add(writer, "vit.embeddings.cls_token", 1, 1, D);
        add(writer, "vit.embeddings.position_embeddings", 1, TOKENS, D);
        add(writer, "vit.embeddings.patch_embeddings.projection.weight", D, 3, 16, 16);
        add(writer, "vit.embeddings.patch_embeddings.projection.bias", D);
        for (int i = 0; i < BLOCKS; i++) {
            for (String norm : List.of("layernorm_before", "layernorm_after")) {
                add(writer, ROOT + i + "." + norm + ".weight", D);
                add(writer, ROOT + i + "." + norm + ".bias", D);
            }
            for (String each : List.of("attention.attention.query", "attention.attention.key", "attention.attention.value", "attention.output.dense")) {
                linear(writer, ROOT + i + "." + each, D, D);
            }
            linear(writer, ROOT + i + ".intermediate.dense", 4 * D, D);
            linear(writer, ROOT + i + ".output.dense", D, 4 * D);
        }
        add(writer, "vit.layernorm.weight", D);
        add(writer, "vit.layernorm.bias", D);
        linear(writer, "classifier", CLASSES, D);
        writer.write(folder.resolve("model.safetensors"));
        return Checkpoint.open(folder);
    }

    private static void linear(SafetensorsWriter writer, String module, long out, long in) {
        add(writer, module + ".weight", out, in);
        add(writer, module + ".bias", out);
    }

    private static void add(SafetensorsWriter writer, String name, long... shape) {
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        writer.add(name, Arrays.stream(shape).boxed().toList(), values(name, count));
    }

    // ---- a graph by hand ---------------------------------------------------------------------------------------------------

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("vit");
    private final Set<String> constants = new HashSet<>();
    private final Map<String, List<String>> quantised = new HashMap<>();
    private final Set<String> switches;
    private int nodes;

    private ExportBench(Set<String> switches) {
        this.switches = switches;
    }

    private boolean has(String name) {
        return switches.contains(name);
    }

    private GraphProto build() {
        boolean exporter = has("exporter");
        graph.addInput(ValueInfos.floats("pixel_values", "batch", 3, 224, 224));
        String x = node("Add", List.of(node("Concat", List.of(classToken(), patches()), Attributes.integer("axis", 1)), own("vit.embeddings.position_embeddings", 1, TOKENS, D)));
        x = exporter ? x : reshape(x, -1, D);
        String addend = null;
        for (int block = 0; block < BLOCKS; block++) {
            boolean last = block == BLOCKS - 1 && !exporter;
            String at = ROOT + block + ".";
            String[] before = norm(at + "layernorm_before", x, addend);
            x = before[1];
            String asking = last ? classRows(before[0]) : before[0];
            String residual = last ? classRows(x) : x;
            String mixed = linear(at + "attention.output.dense", attention(at + "attention.attention.", asking, before[0], last), D, D);
            String[] after = norm(at + "layernorm_after", residual, mixed);
            addend = linear(at + "output.dense", expanded(at + "intermediate.dense", after[0]), D, 4 * D);
            x = after[1];
        }
        x = node("Add", List.of(x, addend));
        String features = norm("vit.layernorm", x, null)[0];
        String rows = exporter ? node("Gather", List.of(features, index()), Attributes.integer("axis", 1)) : features;
        String logits = node("Gemm", List.of(rows, own("classifier.weight", CLASSES, D), own("classifier.bias", CLASSES)), Attributes.integer("transB", 1));
        graph.addOutput(ValueInfos.floats(logits, "batch", CLASSES));
        return graph.build();
    }

    private String classToken() {
        String size = node("Shape", List.of("pixel_values"), Attributes.integer("start", 0), Attributes.integer("end", 1));
        String shape = node("Concat", List.of(size, longs(1, D)), Attributes.integer("axis", 0));
        return node("Expand", List.of(own("vit.embeddings.cls_token", 1, 1, D), shape));
    }

    private String patches() {
        String weight = "vit.embeddings.patch_embeddings.projection.weight";
        String bias = own("vit.embeddings.patch_embeddings.projection.bias", D);
        if (has("patches")) {
            String cut = transpose(reshape("pixel_values", -1, 3, 14, 16, 14, 16), 0, 2, 4, 1, 3, 5);
            String rows = node("Gemm", List.of(reshape(cut, -1, D), own(weight, D, D), bias), Attributes.integer("transB", 1));
            return reshape(rows, -1, TOKENS - 1, D);
        }
        String maps = node("Conv", List.of("pixel_values", own(weight, D, 3, 16, 16), bias), Attributes.integers("kernel_shape", 16, 16), Attributes.integers("strides", 16, 16));
        return transpose(reshape(maps, -1, D, TOKENS - 1), 0, 2, 1);
    }

    /** The norm of x (plus an addend), and what it was taken of. */
    private String[] norm(String module, String x, String addend) {
        List<String> parameters = List.of(own(module + ".weight", D), own(module + ".bias", D));
        if (addend != null && has("skip")) {
            List<String> outputs = add("com.microsoft", "SkipLayerNormalization", List.of(x, addend, parameters.get(0), parameters.get(1)), 4, Attributes.decimal("epsilon", 1e-12f));
            return new String[] {outputs.get(0), outputs.get(3)};
        }
        String sum = addend == null ? x : node("Add", List.of(addend, x));
        return new String[] {
            node("LayerNormalization", List.of(sum, parameters.get(0), parameters.get(1)), Attributes.integer("axis", -1), Attributes.decimal("epsilon", 1e-12f)), sum
        };
    }

    private String attention(String at, String asking, String x, boolean last) {
        if (has("attention") && !last) {
            float[] weight = new float[3 * D * D];
            float[] bias = new float[3 * D];
            for (int part = 0; part < 3; part++) {
                String name = at + List.of("query", "key", "value").get(part);
                float[] own = transposed(values(name + ".weight", D * D), D, D);
                for (int row = 0; row < D; row++) {
                    System.arraycopy(own, row * D, weight, row * 3 * D + part * D, D);
                }
                System.arraycopy(values(name + ".bias", D), 0, bias, part * D, D);
            }
            String sequences = has("exporter") ? x : reshape(x, -1, TOKENS, D);
            String mixed = add("com.microsoft", "Attention", List.of(sequences, floats(at + "packed", weight, D, 3 * D), floats(at + "packed.bias", bias, 3 * D)), 1, Attributes.integer("num_heads", HEADS)).get(0);
            return has("exporter") ? mixed : reshape(mixed, -1, D);
        }
        int tokens = last ? 1 : TOKENS;
        float scale = (float) (1 / Math.sqrt(SIZE));
        String query = linear(at + "query", asking, D, D, has("fold") ? scale : 1);
        String key = linear(at + "key", x, D, D);
        String value = linear(at + "value", x, D, D);
        if (has("mha")) {
            List<String> inputs = List.of(reshape(query, -1, tokens, D), reshape(key, -1, TOKENS, D), reshape(value, -1, TOKENS, D));
            return reshape(add("com.microsoft", "MultiHeadAttention", inputs, 1, Attributes.integer("num_heads", HEADS)).get(0), -1, D);
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
            String product = node("MatMul", List.of(x, floats(module + ".t", transposed(values(module + ".weight", 4 * D * D), 4 * D, D), D, 4 * D)));
            return add("com.microsoft", "BiasGelu", List.of(product, own(module + ".bias", 4 * D)), 1).get(0);
        }
        String y = linear(module, x, 4 * D, D);
        if (has("gelu")) {
            return add("com.microsoft", "Gelu", List.of(y), 1).get(0);
        }
        String erf = node("Erf", List.of(node("Div", List.of(y, floats("root_two", new float[] {(float) Math.sqrt(2)})))));
        String gate = node("Add", List.of(erf, floats("one", new float[] {1})));
        return node("Mul", List.of(node("Mul", List.of(y, gate)), floats("half", new float[] {0.5f})));
    }

    private String linear(String module, String x, int out, int in) {
        return linear(module, x, out, in, 1);
    }

    private String linear(String module, String x, int out, int in, float scale) {
        float[] weight = values(module + ".weight", out * in);
        float[] shift = values(module + ".bias", out);
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
            return node("Add", List.of(bias, node("MatMul", List.of(x, floats(module + ".t", transposed(weight, out, in), in, out)))));
        }
        return has("transposed")
                ? node("Gemm", List.of(x, floats(module + ".t", transposed(weight, out, in), in, out), bias))
                : node("Gemm", List.of(x, floats(module + ".weight", weight, out, in), bias), Attributes.integer("transB", 1));
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

    private List<String> add(String domain, String operator, List<String> inputs, int outputs, AttributeProto... attributes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            names.add("value" + nodes + "_" + i);
        }
        graph.addNode(NodeProto.newBuilder().setDomain(domain).setOpType(operator).setName("node" + nodes++).addAllInput(inputs).addAllOutput(names).addAllAttribute(List.of(attributes)));
        return names;
    }

    private String own(String name, long... shape) {
        return floats(name, values(name, (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)), shape);
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
            graph.addInitializer(TensorProto.newBuilder().setName(name).setDataType(type.getNumber()).addAllDims(Arrays.stream(shape).boxed().toList()).setRawData(UnsafeByteOperations.unsafeWrap(bytes)));
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
