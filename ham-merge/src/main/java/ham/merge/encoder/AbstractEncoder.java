package ham.merge.encoder;

import ham.merge.safetensors.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What encoders of all families have in common: names, shapes, a classifier, and the layers of a transformer block. */
public abstract class AbstractEncoder implements Encoder {
    private final String family;
    private final EncoderNames names;
    private final List<String> labels;
    private final OptionalInt classes;
    private final TensorShapes shapes = new TensorShapes();
    /** Computed when first asked for, after a family has filled the shapes. */
    private Set<String> partNames;

    protected AbstractEncoder(String family, EncoderSource source, EncoderNames names) {
        this(family, source.tensors(), names, source.config().labels("id2label"));
    }

    /** An encoder whose configuration names its classes in its own way. */
    protected AbstractEncoder(String family, Tensors tensors, EncoderNames names, List<String> labels) {
        this.family = family;
        this.names = names;
        this.labels = List.copyOf(labels);
        classes = classes(tensors, classifier(names));
    }

    private static OptionalInt classes(Tensors tensors, String module) {
        String weight = module + ".weight";
        if (!tensors.has(weight) || tensors.info(weight).shape().size() != 2) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Math.toIntExact(tensors.info(weight).shape().get(0)));
    }

    /** Module of the last layer of the classifier. */
    protected String classifier(EncoderNames of) {
        return of.name(Part.CLASSIFIER);
    }

    /** The shapes, for a family to fill. */
    protected final TensorShapes require() {
        return shapes;
    }

    /** Adds the shape of the last layer of the classifier, where there is one. */
    protected final void requireClassifier(long width) {
        if (classes.isPresent()) {
            shapes.linear(classifier(), classes.getAsInt(), width, true);
        }
    }

    @Override
    public final String family() {
        return family;
    }

    @Override
    public final EncoderNames names() {
        return names;
    }

    @Override
    public final Map<String, List<Long>> shapes() {
        return shapes.all();
    }

    @Override
    public final List<String> configuredLabels() {
        return labels;
    }

    @Override
    public final OptionalInt classes() {
        return classes;
    }

    @Override
    public final String classifier() {
        return classifier(names);
    }

    /** Names, in the encoder, of what the forward pass never reads; a name beside the encoder matches without its prefix. */
    protected abstract Pattern unused();

    @Override
    public final boolean isUnused(String tensor) {
        String own = NamingScheme.unwrapped(tensor);
        return unused().matcher(own).matches()
                || names.scheme().prefixes().stream().filter(own::startsWith).anyMatch(prefix -> unused().matcher(
                                own.substring(prefix.length()))
                        .matches());
    }

    @Override
    public boolean readsPooler() {
        return false;
    }

    @Override
    public boolean givesClassifierFeature() {
        return true;
    }

    @Override
    public List<Place> parts() {
        List<Place> parts = new ArrayList<>();
        for (int block = 0; block < blocks() && names.fused(block).isPresent(); block++) {
            fused(parts, names.fused(block).get(), ".weight", block);
            fused(parts, names.fused(block).get(), ".bias", block);
            for (Part part : List.of(Part.QUERY, Part.VALUE)) {
                String bias = bias(part, block);
                if (shapes().containsKey(bias)) {
                    int rows = Math.toIntExact(shapes().get(bias).get(0));
                    parts.add(new Place(names.name(part, block) + ".bias", bias, 0, rows, false));
                }
            }
        }
        return parts;
    }

    /** Name of the bias of query, key or value; where the layer is fused and its bias is not, timm has {@code q_bias} and {@code v_bias} beside it. */
    protected final String bias(Part part, int block) {
        return names.fused(block)
                .map(fused -> fused.replaceFirst("qkv$", part == Part.QUERY ? "q_bias" : "v_bias"))
                .orElseGet(() -> names.name(part, block) + ".bias");
    }

    private void fused(List<Place> parts, String module, String end, int block) {
        List<Long> shape = shapes().get(module + end);
        if (shape == null) {
            return;
        }
        int rows = (int) (shape.get(0) / 3);
        for (Part part : List.of(Part.QUERY, Part.KEY, Part.VALUE)) {
            parts.add(new Place(names.name(part, block) + end, module + end, part.third() * rows, rows, false));
        }
    }

    /** Whether a tensor, or a part of a fused one, is there. */
    private boolean has(String name) {
        if (partNames == null) {
            partNames = parts().stream().map(Place::name).collect(Collectors.toSet());
        }
        return shapes().containsKey(name) || partNames.contains(name);
    }

    /** A layer by its module, with a bias where it has one. */
    protected final <V> V linear(Ops<V> ops, V x, String module) {
        return has(module + ".bias")
                ? ops.linear(x, module + ".weight", module + ".bias")
                : ops.linear(x, module + ".weight");
    }

    /** A layer of a block. */
    protected final <V> V linear(Ops<V> ops, V x, Part part, int block) {
        return linear(ops, x, names.name(part, block));
    }

    /** {@code softmax(q k^T scale + bias) v} of every head, then joined and through the block's output layer. */
    protected final <V> V attend(Ops<V> ops, V query, V key, V value, double scale, V biasOrNull, int block) {
        V scores = ops.matMulTransposed(ops.scale(query, scale), key);
        V weights = ops.softmax(biasOrNull == null ? scores : ops.add(scores, biasOrNull));
        return linear(ops, ops.join(ops.matMul(weights, value)), Part.ATTENTION_OUTPUT, block);
    }

    /** The layer of query, key or value, split into heads. */
    protected final <V> V heads(Ops<V> ops, V x, Part part, int block, int heads) {
        return ops.heads(linear(ops, x, part, block), heads);
    }

    /** Logits [n, classes] of its own classifier. */
    protected <V> V logits(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return linear(ops, feature(ops, inputs, tokens), classifier());
    }

    /** What {@code pooler_output} or {@code image_embeds} is. */
    protected abstract <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens);

    @Override
    public final <V> V output(String name, Ops<V> ops, Map<String, V> inputs, V tokens) {
        return switch (name) {
            case LOGITS -> logits(ops, inputs, tokens);
            case TOKENS -> tokens;
            default -> pooled(ops, inputs, tokens);
        };
    }
}
