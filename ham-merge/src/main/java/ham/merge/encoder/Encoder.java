package ham.merge.encoder;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/**
 * One encoder: its tensors, what goes in, and its forward pass.
 *
 * <p>Shapes: n inputs, t tokens, d width of a token, f width of the feature. Inputs of the forward pass go by the names of {@link EncoderInput}.
 */
public interface Encoder {
    /** Name of the output that a classifier gives. */
    String LOGITS = "logits";
    /** Name of the output that holds all tokens. */
    String TOKENS = "last_hidden_state";
    /** Name of the output that holds one pooled token. */
    String POOLED = "pooler_output";
    /** Name of the output that is projected into a space shared with another encoder. */
    String EMBEDDING = "image_embeds";
    /** The part of a forward pass that makes the feature of the tokens; see {@link Ops#section}. */
    String FEATURES = "features.";

    /** Name of its family. */
    String family();

    /** What goes in. */
    EncoderInput input();

    /** Width f of the feature that a head reads. */
    int width();

    /** Width d of a token. */
    int tokenWidth();

    /** Number of transformer blocks. */
    int blocks();

    /** Attention heads of a block. */
    int heads();

    /** What its parts are called. */
    EncoderNames names();

    /** Whether {@link #feature} or {@link #LOGITS} read the {@link Part#POOLER}, where there is one. */
    boolean readsPooler();

    /** Whether {@link #feature} is what the classifier of the family's classification model reads, which an encoder without one need not give. */
    boolean givesClassifierFeature();

    /** The tensors that it is computed from, in the shapes that its configuration implies. */
    Map<String, List<Long>> shapes();

    /** Whether a tensor of that name belongs to such a checkpoint although its forward pass never reads it. */
    boolean isUnused(String tensor);

    /** The parts of fused tensors. */
    List<Place> parts();

    /** Names of its classes as its configuration has them; empty without. */
    List<String> configuredLabels();

    /** How many classes its own classifier tells apart; empty without one. */
    OptionalInt classes();

    /** Module of the last linear layer of its classifier, which a head replaces. */
    String classifier();

    /** What transformers gives of such a model, the most telling first: {@code logits}, else {@code image_embeds}, else {@code last_hidden_state}. */
    List<String> outputs();

    /**
     * All tokens [n, t, d].
     *
     * @param block is told the tokens that a block gives, with its number from 0 on
     */
    <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> block);

    /** All tokens [n, t, d]. */
    default <V> V tokens(Ops<V> ops, Map<String, V> inputs) {
        return tokens(ops, inputs, (block, tokens) -> {});
    }

    /**
     * The tokens that a block gives as one vector [n, d], on the scale of the feature: the mean of the patches, normalised as the last are, or of
     * a text what its pooling makes of them.
     */
    <V> V blockFeature(Ops<V> ops, Map<String, V> inputs, V tokens);

    /** What a head reads [n, f] of inputs. */
    default <V> V feature(Ops<V> ops, Map<String, V> inputs) {
        V tokens = tokens(ops, inputs);
        ops.section(FEATURES);
        return feature(ops, inputs, tokens);
    }

    /** What a head reads [n, f] of all tokens. */
    <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens);

    /** One of {@link #outputs}. */
    <V> V output(String name, Ops<V> ops, Map<String, V> inputs, V tokens);
}
