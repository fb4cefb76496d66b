package ham.export.importing;

import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import ham.export.bake.read.Range;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights of a graph under the names of modules. A constant that kept its name is called so; one that an exporter made and numbered, as it does
 * where it transposes a linear layer's weight, is called after the module whose node reads it: TorchScript's exporter names nodes after modules
 * ({@code /encoder/layer.0/attention/self/query/MatMul}), the dynamo exporter notes them in the metadata of nodes.
 */
final class FoundWeights {
    /** {@code onnx::MatMul_885}, {@code val_12}, {@code _to_copy_3}: no module's parameter. */
    private static final Pattern PARAMETER = Pattern.compile("(?!onnx::|/)[A-Za-z_]\\w*(\\.\\w+)+");

    private static final Pattern SCOPE = Pattern.compile("'([^']*)'");
    private static final String WEIGHT = ".weight";

    private final ModelIndex model;
    private final Map<String, TensorEntry> constants = new HashMap<>();
    private final SortedMap<String, GraphWeight> weights = new TreeMap<>();

    private FoundWeights(ModelIndex model) {
        this.model = model;
    }

    /**
     * Finds them.
     *
     * @throws InputException where one name would be two different constants
     */
    static SortedMap<String, GraphWeight> find(ModelIndex model) {
        FoundWeights found = new FoundWeights(model);
        model.tensors().forEach(tensor -> found.constants.put(tensor.name(), tensor));
        Map<String, Read> readers = found.readers();
        for (TensorEntry tensor : model.tensors()) {
            if (ElementFormat.of(tensor.dataType()).isPresent() && tensor.elements() > 0) {
                found.add(tensor, Optional.ofNullable(readers.get(tensor.name())));
            }
        }
        return unwrapped(found.weights);
    }

    /** Without the name of a module that was only there to be exported. */
    private static SortedMap<String, GraphWeight> unwrapped(SortedMap<String, GraphWeight> weights) {
        String wrapper =
                TextFamily.of(weights.keySet(), false).map(TextFamily::wrapper).orElse("");
        if (wrapper.isEmpty()) {
            return weights;
        }
        SortedMap<String, GraphWeight> plain = new TreeMap<>();
        weights.forEach((name, weight) -> {
            String own = name.startsWith(wrapper) ? name.substring(wrapper.length()) : name;
            plain.put(own, new GraphWeight(own, weight.tensor(), weight.transposed(), weight.how()));
        });
        return plain;
    }

    /**
     * How a constant is read as the weight of a linear layer.
     *
     * @param node the product
     * @param transposed whether it stands as [in, out]
     */
    private record Read(NodeEntry node, boolean transposed) {}

    /** The products that read each constant, also through nodes that only turn or rename it. */
    private Map<String, Read> readers() {
        Map<String, String> origins = new HashMap<>();
        Map<String, Boolean> turned = new HashMap<>();
        Map<String, Read> readers = new LinkedHashMap<>();
        for (NodeEntry node : model.nodes()) {
            if (node.inputs().isEmpty()) {
                continue;
            }
            String first =
                    origins.getOrDefault(node.inputs().get(0), node.inputs().get(0));
            boolean carries = List.of("Transpose", "Identity", "Cast").contains(node.operator());
            if (carries && node.outputs().size() == 1 && constants.containsKey(first)) {
                origins.put(node.outputs().get(0), first);
                turned.put(
                        node.outputs().get(0),
                        turned.getOrDefault(node.inputs().get(0), false)
                                ^ node.operator().equals("Transpose"));
            }
            if (node.inputs().size() < 2 || !List.of("MatMul", "Gemm").contains(node.operator())) {
                continue;
            }
            String weight = node.inputs().get(1);
            String origin = origins.getOrDefault(weight, weight);
            boolean stored = node.operator().equals("Gemm") && node.integers().getOrDefault("transB", 0L) == 1;
            if (constants.containsKey(origin)) {
                readers.putIfAbsent(origin, new Read(node, !stored ^ turned.getOrDefault(weight, false)));
            }
        }
        return readers;
    }

    private void add(TensorEntry tensor, Optional<Read> read) {
        boolean named = PARAMETER.matcher(tensor.name()).matches();
        boolean matrix = tensor.dims().size() == 2;
        if (named) {
            boolean turned = matrix && read.map(Read::transposed).orElse(false);
            put(new GraphWeight(tensor.name(), tensor, turned, "name"));
        } else if (matrix && read.isPresent()) {
            module(read.get().node())
                    .ifPresent(module -> put(new GraphWeight(
                            module + WEIGHT,
                            tensor,
                            read.get().transposed(),
                            read.get().node().label())));
        }
    }

    private void put(GraphWeight weight) {
        GraphWeight before = weights.put(weight.name(), weight);
        if (before != null) {
            throw new InputException(
                    model.file().path(),
                    "expected one constant for " + weight.name() + ", found '"
                            + before.tensor().name() + "' and '"
                            + weight.tensor().name() + "'");
        }
    }

    /** The module that a node belongs to; empty where it does not say. */
    private static Optional<String> module(NodeEntry node) {
        if (!node.scopes().isEmpty()) {
            List<String> scopes = new ArrayList<>();
            Matcher matcher = SCOPE.matcher(node.scopes());
            while (matcher.find()) {
                scopes.add(matcher.group(1));
            }
            return scopes.size() < 2 ? Optional.empty() : Optional.of(scopes.get(scopes.size() - 2));
        }
        String path = node.name();
        int end = path.lastIndexOf('/');
        return path.startsWith("/") && end > 0
                ? Optional.of(path.substring(1, end).replace('/', '.'))
                : Optional.empty();
    }

    /**
     * The values of a constant as float32, in the checkpoint's layout.
     *
     * @throws InputException if they are not stored in one piece
     */
    static float[] values(ModelIndex model, GraphWeight weight) {
        float[] stored = values(model, weight.tensor());
        if (!weight.transposed()) {
            return stored;
        }
        int rows = Math.toIntExact(weight.tensor().dims().get(0));
        int columns = Math.toIntExact(weight.tensor().dims().get(1));
        float[] turned = new float[stored.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = stored[row * columns + column];
            }
        }
        return turned;
    }

    static float[] values(ModelIndex model, TensorEntry tensor) {
        ElementFormat format = ElementFormat.of(tensor.dataType()).orElseThrow();
        Range range = tensor.values()
                .orElseThrow(() -> new InputException(
                        model.file().path(),
                        "tensor '" + tensor.name() + "': expected its values in one piece, found a list"));
        float[] values = new float[Math.toIntExact(tensor.elements())];
        tensor.source()
                .chunks(
                        range.start(),
                        range.length(),
                        (part, from) -> format.decode(part, values, (int) (from / format.bytes())));
        return values;
    }
}
