package ham.merge.encoder.siglip;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageEncoder;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.encoder.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * SigLIP's image encoder: a pre-norm ViT without a class token. The classifier reads the mean of the patches; without one the feature is what a learnt
 * token, the probe, collects from them by attention, where there is such a head, else the mean.
 */
final class Siglip extends ImageEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|text_model\\..*|logit_(scale|bias)|head\\..*");
    private static final List<String> THIRDS = List.of("q_proj", "k_proj", "v_proj");
    private static final String PROBE = "head.probe";
    private static final String FUSED = "head.attention.in_proj_";
    private static final String POOL = "head.attention.";
    private static final String POOL_NORM = "head.layernorm";
    private static final String POOL_FC1 = "head.mlp.fc1";
    private static final String POOL_FC2 = "head.mlp.fc2";

    /** Whether the head that collects by attention is there and read. */
    private final boolean collects;

    private Siglip(EncoderSource source, EncoderNames names, EncoderConfig vision, ImageTrunk trunk) {
        super("SigLIP image encoder", source, names, trunk, Activation.read(vision, "hidden_act", "gelu_pytorch_tanh"));
        collects = classes().isEmpty() && source.tensors().has(names.inside(PROBE));
        shapes(vision.positive("intermediate_size", 3072));
    }

    static Siglip read(EncoderSource source) {
        EncoderConfig config = source.config();
        EncoderConfig vision = config.has("vision_config") ? config.object("vision_config") : config;
        EncoderNames names = EncoderNames.find(List.of(SiglipFamily.SCHEME), source.tensors());
        return new Siglip(source, names, vision, ImageTrunk.read(source, vision, 224, 16, 1e-6));
    }

    private void shapes(int mlp) {
        EncoderNames names = names();
        long d = trunk().hidden();
        require()
                .add(names.name(Part.POSITIONS), trunk().nativePatches(), d)
                .add(names.name(Part.PATCH) + ".weight", d, trunk().channels(), trunk().patch(), trunk().patch())
                .add(names.name(Part.PATCH) + ".bias", d);
        for (int block = 0; block < trunk().layers(); block++) {
            requireBlock(block, mlp, true);
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        if (collects) {
            require()
                    .add(names.inside(PROBE), 1, 1, d)
                    .add(names.inside(FUSED + "weight"), 3 * d, d)
                    .add(names.inside(FUSED + "bias"), 3 * d)
                    .linear(names.inside(POOL + "out_proj"), d, d, true)
                    .norm(names.inside(POOL_NORM), d)
                    .linear(names.inside(POOL_FC1), mlp, d, true)
                    .linear(names.inside(POOL_FC2), d, mlp, true);
        }
        if (classes().isPresent()) {
            require().linear(classifier(), classes().getAsInt(), d, true);
        }
    }

    @Override
    public List<Place> parts() {
        List<Place> parts = new ArrayList<>(super.parts());
        int d = trunk().hidden();
        for (int third = 0; collects && third < THIRDS.size(); third++) {
            for (String end : List.of("weight", "bias")) {
                parts.add(new Place(
                        names().inside(POOL + THIRDS.get(third) + "." + end),
                        names().inside(FUSED + end),
                        third * d,
                        d,
                        false));
            }
        }
        return parts;
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : collects ? List.of(TOKENS, POOLED) : List.of(TOKENS);
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs) {
        V patches = patches(ops, inputs.get(EncoderInput.PIXELS));
        return finalNorm(ops, throughBlocks(ops, ops.add(patches, positions(ops, 0, false))));
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return collects ? pooled(ops, inputs, tokens) : ops.mean(tokens);
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        V probe = ops.repeat(ops.weight(names().inside(PROBE)), inputs.get(EncoderInput.PIXELS));
        V query = ops.heads(linear(ops, probe, pool(0)), trunk().heads());
        V key = ops.heads(linear(ops, tokens, pool(1)), trunk().heads());
        V value = ops.heads(linear(ops, tokens, pool(2)), trunk().heads());
        V weights = ops.softmax(ops.matMulTransposed(ops.scale(query, trunk().scale()), key));
        V collected = linear(ops, ops.join(ops.matMul(weights, value)), names().inside(POOL + "out_proj"));
        V normed = ops.layerNorm(collected, names().inside(POOL_NORM), trunk().epsilon());
        V hidden = ops.activate(activation(), linear(ops, normed, names().inside(POOL_FC1)));
        return ops.token(ops.add(collected, linear(ops, hidden, names().inside(POOL_FC2))), 0);
    }

    private String pool(int third) {
        return names().inside(POOL + THIRDS.get(third));
    }
}
