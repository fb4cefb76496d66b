package ham.export.importing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.Messages;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.NodeEntry;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code config.json} that a graph implies: the family by the names of its weights, sizes by their shapes, the rest by the constants of its nodes. */
final class GraphConfig {
    private static final int INT64 = 7;
    private static final int INT32 = 6;

    private final ModelIndex model;
    private final SortedMap<String, GraphWeight> weights;
    private final Map<String, TensorEntry> constants = new HashMap<>();
    private final Map<String, NodeEntry> makers = new HashMap<>();

    GraphConfig(ModelIndex model, SortedMap<String, GraphWeight> weights) {
        this.model = model;
        this.weights = weights;
        model.tensors().forEach(tensor -> constants.put(tensor.name(), tensor));
        model.nodes().forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
    }

    /**
     * The configuration.
     *
     * @param labels names of the classes of a classifier; empty for numbers
     * @throws InputException where no known family's weights are found, or the graph does not say what they need
     */
    ObjectNode read(List<String> labels) {
        TextFamily family = TextFamily.of(weights.keySet(), has("CumSum")).orElseThrow(this::unknown);
        List<Long> words = dims(family.words());
        long hidden = words.get(1);
        ObjectNode config = JsonFiles.object();
        config.put("model_type", family.modelType());
        config.put(family.hiddenKey(), hidden);
        config.put(family.layersKey(), layers(family));
        config.put(family.headsKey(), heads(hidden));
        config.put(family.mlpKey(), dims(family.fc1(0)).get(0));
        config.put("vocab_size", words.get(0));
        config.put("max_position_embeddings", dims(family.positions()).get(0));
        family.types()
                .ifPresent(types -> config.put("type_vocab_size", dims(types).get(0)));
        config.put("pad_token_id", family.padding());
        config.put("layer_norm_eps", epsilon());
        config.put(family.activationKey(), activation());
        family.more(weights).forEach(config::put);
        classes(config, family, labels);
        return config;
    }

    private void classes(ObjectNode config, TextFamily family, List<String> labels) {
        Optional<String> classifier = family.classifier(weights.keySet());
        ArrayNode architectures = config.putArray("architectures");
        if (classifier.isEmpty()) {
            architectures.add(family.architecture() + "Model");
            return;
        }
        architectures.add(family.architecture() + "ForSequenceClassification");
        long classes = dims(classifier.get()).get(0);
        ObjectNode names = config.putObject("id2label");
        ObjectNode numbers = config.putObject("label2id");
        for (int i = 0; i < classes; i++) {
            String name = labels.size() == classes ? labels.get(i) : "LABEL_" + i;
            names.put(String.valueOf(i), name);
            numbers.put(name, i);
        }
    }

    private InputException unknown() {
        return new InputException(
                model.file().path(),
                "expected the weights of BERT, RoBERTa, DistilBERT or MPNet, found " + weights.size()
                        + " weights under other names"
                        + (weights.isEmpty() ? "" : ", as " + weights.firstKey())
                        + "; export the model without optimising it, so that nodes keep the names of modules");
    }

    private boolean has(String operator) {
        return model.nodes().stream().anyMatch(node -> node.operator().equals(operator));
    }

    /** Shape of a weight as the checkpoint has it. */
    private List<Long> dims(String name) {
        GraphWeight weight = weights.get(name);
        if (weight == null) {
            throw new InputException(
                    model.file().path(),
                    "expected the weight " + name + ", found none of that name among " + weights.size());
        }
        List<Long> dims = weight.tensor().dims();
        return weight.transposed() ? List.of(dims.get(1), dims.get(0)) : dims;
    }

    private int layers(TextFamily family) {
        Pattern block = Pattern.compile(Pattern.quote(family.prefix() + family.layer() + ".") + "(\\d+)\\..*");
        int most = -1;
        for (String name : weights.keySet()) {
            Matcher matcher = block.matcher(name);
            if (matcher.matches()) {
                most = Math.max(most, Integer.parseInt(matcher.group(1)));
            }
        }
        return most + 1;
    }

    /** Tokens are cut into heads by a Reshape to [.., heads, size]. */
    private long heads(long hidden) {
        for (NodeEntry node : model.nodes()) {
            if (node.operator().equals("Reshape") && node.inputs().size() == 2) {
                Optional<Long> heads = heads(shape(node.inputs().get(1)), hidden);
                if (heads.isPresent()) {
                    return heads.get();
                }
            }
        }
        throw new InputException(
                model.file().path(),
                "expected a Reshape of " + hidden
                        + " values into heads, found none; the graph was changed after export");
    }

    /** One of both may stand as -1, what is left over. */
    private static Optional<Long> heads(List<Long> shape, long hidden) {
        if (shape.size() != 4) {
            return Optional.empty();
        }
        long heads = shape.get(2);
        long size = shape.get(3);
        if (heads == -1 && size > 0 && hidden % size == 0) {
            return Optional.of(hidden / size);
        }
        return heads > 0 && (heads * size == hidden || (size == -1 && hidden % heads == 0))
                ? Optional.of(heads)
                : Optional.empty();
    }

    /** What stands in a shape; 0 for what is computed. */
    private List<Long> shape(String name) {
        TensorEntry constant = constants.get(name);
        if (constant != null) {
            return integers(constant);
        }
        NodeEntry maker = makers.get(name);
        List<Long> shape = new ArrayList<>();
        if (maker != null && maker.operator().equals("Concat")) {
            for (String part : maker.inputs()) {
                TensorEntry found = constants.get(part);
                shape.addAll(found == null ? List.of(0L) : integers(found));
            }
        }
        return shape;
    }

    private List<Long> integers(TensorEntry tensor) {
        List<Long> found = new ArrayList<>();
        int bytes = tensor.dataType() == INT64 ? Long.BYTES : Integer.BYTES;
        if ((tensor.dataType() != INT64 && tensor.dataType() != INT32)
                || tensor.values().isEmpty()
                || tensor.elements() > 8) {
            return found;
        }
        tensor.source()
                .chunks(tensor.values().get().start(), tensor.values().get().length(), (part, from) -> {
                    ByteBuffer little = part.duplicate().order(ByteOrder.LITTLE_ENDIAN);
                    while (little.remaining() >= bytes) {
                        found.add(bytes == Long.BYTES ? little.getLong() : little.getInt());
                    }
                });
        return found;
    }

    /** What LayerNorm adds to the variance: an attribute of the operator, or a constant before a square root. */
    private double epsilon() {
        for (NodeEntry node : model.nodes()) {
            if (node.operator().equals("LayerNormalization")) {
                return Messages.node(model.file(), node.field()).getAttributeList().stream()
                        .filter(attribute -> attribute.getName().equals("epsilon"))
                        .findFirst()
                        .map(attribute -> decimal(attribute.getF()))
                        .orElse(1e-5);
            }
            NodeEntry sum =
                    node.operator().equals("Sqrt") ? makers.get(node.inputs().get(0)) : null;
            if (sum != null && sum.operator().equals("Add")) {
                for (String input : sum.inputs()) {
                    TensorEntry constant = constants.get(input);
                    if (constant != null
                            && constant.elements() == 1
                            && ElementFormat.of(constant.dataType()).isPresent()
                            && constant.values().isPresent()) {
                        return decimal(FoundWeights.values(model, constant)[0]);
                    }
                }
            }
        }
        throw new InputException(model.file().path(), "expected LayerNorm with an epsilon, found none in the graph");
    }

    /** The decimal that was typed before it became a float. */
    private static double decimal(float value) {
        return Double.parseDouble(Float.toString(value));
    }

    private String activation() {
        boolean exact = has("Erf");
        boolean gelu = has("Gelu");
        if (gelu) {
            NodeEntry node = model.nodes().stream()
                    .filter(each -> each.operator().equals("Gelu"))
                    .findFirst()
                    .orElseThrow();
            boolean tanh = Messages.node(model.file(), node.field()).getAttributeList().stream()
                    .anyMatch(attribute -> attribute.getName().equals("approximate")
                            && attribute.getS().toStringUtf8().equals("tanh"));
            return tanh ? "gelu_new" : "gelu";
        }
        if (exact) {
            return "gelu";
        }
        return has("Relu") ? "relu" : "gelu_new";
    }
}
