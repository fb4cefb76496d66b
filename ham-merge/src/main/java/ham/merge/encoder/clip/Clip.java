package ham.merge.encoder.clip;

import ham.merge.encoder.AbstractEncoder;
import ham.merge.encoder.Activation;
import ham.merge.encoder.ConfigReader;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.encoder.Positions;
import ham.merge.safetensors.Tensors;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * CLIP's image encoder: a pre-norm ViT with a norm before the first block too. The classifier reads the mean of the patches, before the last norm;
 * without one the feature is the class token after it, projected where there is a projection.
 */
final class Clip extends AbstractEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|text_model\\..*|text_projection\\.weight|logit_scale");
    private static final String FIRST_NORM = "pre_layrnorm";

    private final Tensors tensors;
    private final ImageTrunk trunk;
    private final Activation activation;
    private final int projected;

    private Clip(EncoderSource source, EncoderNames names, ConfigReader vision, ImageTrunk trunk) {
        super("CLIP image encoder", source, names);
        this.tensors = source.tensors();
        this.trunk = trunk;
        activation = Activation.read(vision, "hidden_act", "quick_gelu");
        String projection = names.name(Part.PROJECTION);
        boolean projects = tensors.has(projection + ".weight");
        projected = projects ? source.config().positive("projection_dim", 512) : 0;
        shapes(vision.positive("intermediate_size", 3072), projection);
    }

    static Clip read(EncoderSource source) {
        ConfigReader config = source.config();
        ConfigReader vision = config.has("vision_config") ? config.object("vision_config") : config;
        EncoderNames names = EncoderNames.find(List.of(ClipFamily.SCHEME), source.tensors());
        return new Clip(source, names, vision, ImageTrunk.read(source, vision, 224, 32, 1e-5));
    }

    private void shapes(int mlp, String projection) {
        EncoderNames names = names();
        long d = trunk.hidden();
        require()
                .add(names.name(Part.CLASS_TOKEN), d)
                .add(names.name(Part.POSITIONS), 1L + trunk.nativePatches(), d)
                .add(names.name(Part.PATCH) + ".weight", d, trunk.channels(), trunk.patch(), trunk.patch())
                .norm(names.inside(FIRST_NORM), d);
        for (int block = 0; block < trunk.layers(); block++) {
            require()
                    .norm(names.name(Part.NORM_BEFORE, block), d)
                    .norm(names.name(Part.NORM_AFTER, block), d)
                    .projections(names, block, d, true)
                    .linear(names.name(Part.ATTENTION_OUTPUT, block), d, d, true)
                    .linear(names.name(Part.FC1, block), mlp, d, true)
                    .linear(names.name(Part.FC2, block), d, mlp, true);
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        if (projected > 0) {
            require().linear(projection, projected, d, false);
        }
        if (classes().isPresent()) {
            require().linear(classifier(), classes().getAsInt(), d, true);
        }
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public EncoderInput input() {
        return new EncoderInput.Images(trunk.side(), trunk.channels());
    }

    @Override
    public int width() {
        return projected > 0 && classes().isEmpty() ? projected : trunk.hidden();
    }

    @Override
    public int blocks() {
        return trunk.layers();
    }

    @Override
    public List<String> outputs() {
        if (classes().isPresent()) {
            return List.of(LOGITS);
        }
        return projected > 0 ? List.of(EMBEDDING, TOKENS) : List.of(TOKENS, POOLED);
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs) {
        V pixels = inputs.get(EncoderInput.PIXELS);
        V patches = ops.patches(pixels, names().name(Part.PATCH) + ".weight", null, trunk.patch());
        V token = ops.repeat(ops.reshape(ops.weight(names().name(Part.CLASS_TOKEN)), 1, 1, trunk.hidden()), pixels);
        V placed = ops.add(ops.concatenate(1, List.of(token, patches)), positions(ops));
        V x = ops.layerNorm(placed, names().inside(FIRST_NORM), trunk.epsilon());
        for (int block = 0; block < trunk.layers(); block++) {
            V before = ops.layerNorm(x, names().name(Part.NORM_BEFORE, block), trunk.epsilon());
            x = ops.add(x, attention(ops, before, block, trunk));
            V after = ops.layerNorm(x, names().name(Part.NORM_AFTER, block), trunk.epsilon());
            V hidden = ops.activate(activation, linear(ops, after, Part.FC1, block));
            x = ops.add(x, linear(ops, hidden, Part.FC2, block));
        }
        return x;
    }

    private <V> V positions(Ops<V> ops) {
        String name = names().name(Part.POSITIONS);
        return trunk.side() == trunk.nativeSide()
                ? ops.weight(name)
                : Positions.of(ops, tensors, name, 1, trunk, false);
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        if (classes().isPresent()) {
            return ops.mean(ops.slice(tokens, 1, 1, 1 + trunk.patches()));
        }
        return projected > 0 ? projected(ops, tokens) : pooled(ops, inputs, tokens);
    }

    private <V> V projected(Ops<V> ops, V tokens) {
        return linear(ops, normed(ops, tokens), names().name(Part.PROJECTION));
    }

    private <V> V normed(Ops<V> ops, V tokens) {
        return ops.layerNorm(ops.token(tokens, 0), names().name(Part.FINAL_NORM), trunk.epsilon());
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return projected > 0 ? projected(ops, tokens) : normed(ops, tokens);
    }
}
