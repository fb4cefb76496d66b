package ham.merge.encoder.clip;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageEncoder;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * CLIP's image encoder: a pre-norm ViT with a norm before the first block too. The classifier reads the mean of the patches, before the last norm;
 * without one the feature is the class token after it, projected where there is a projection.
 */
final class Clip extends ImageEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|text_model\\..*|text_projection\\.weight|logit_scale");
    private static final String FIRST_NORM = "pre_layrnorm";

    private final int projected;
    private final boolean classifies;

    private Clip(EncoderSource source, EncoderNames names, EncoderConfig vision, ImageTrunk trunk) {
        super("CLIP image encoder", source, names, trunk, Activation.read(vision, "hidden_act", "quick_gelu"));
        classifies = source.classifies() || classes().isPresent();
        String projection = names.name(Part.PROJECTION);
        boolean projects = source.tensors().has(projection + ".weight");
        projected = projects ? source.config().positive("projection_dim", 512) : 0;
        shapes(vision.positive("intermediate_size", 3072), projection);
    }

    static Clip read(EncoderSource source) {
        EncoderConfig config = source.config();
        EncoderConfig vision = config.has("vision_config") ? config.object("vision_config") : config;
        EncoderNames names = EncoderNames.find(List.of(ClipFamily.SCHEME), source.tensors());
        return new Clip(source, names, vision, ImageTrunk.read(source, vision, 224, 32, 1e-5));
    }

    private void shapes(int mlp, String projection) {
        EncoderNames names = names();
        long d = trunk().hidden();
        require()
                .add(names.name(Part.CLASS_TOKEN), d)
                .add(names.name(Part.POSITIONS), 1L + trunk().nativePatches(), d)
                .add(names.name(Part.PATCH) + ".weight", d, trunk().channels(), trunk().patch(), trunk().patch())
                .norm(names.inside(FIRST_NORM), d);
        for (int block = 0; block < trunk().layers(); block++) {
            requireBlock(block, mlp, true);
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        if (projected > 0) {
            require().linear(projection, projected, d, false);
        }
        requireClassifier(d);
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public int width() {
        return projected > 0 && !classifies ? projected : trunk().hidden();
    }

    @Override
    public List<String> outputs() {
        if (classes().isPresent()) {
            return List.of(LOGITS);
        }
        return projected > 0 ? List.of(EMBEDDING, TOKENS) : List.of(TOKENS, POOLED);
    }

    @Override
    public boolean givesClassifierFeature() {
        return classifies;
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        V pixels = inputs.get(EncoderInput.PIXELS);
        V patches = ops.patches(pixels, names().name(Part.PATCH) + ".weight", null, trunk().patch());
        V token = ops.repeat(ops.reshape(ops.weight(names().name(Part.CLASS_TOKEN)), 1, 1, trunk().hidden()), pixels);
        V placed = ops.add(ops.concatenate(1, List.of(token, patches)), positions(ops, 1, false));
        return throughBlocks(ops, ops.layerNorm(placed, names().inside(FIRST_NORM), trunk().epsilon()), each);
    }

    @Override
    protected int prefix() {
        return 1;
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        if (classifies) {
            return ops.mean(ofPatches(ops, tokens));
        }
        return projected > 0 ? projected(ops, tokens) : pooled(ops, inputs, tokens);
    }

    private <V> V projected(Ops<V> ops, V tokens) {
        return linear(ops, normed(ops, tokens), names().name(Part.PROJECTION));
    }

    private <V> V normed(Ops<V> ops, V tokens) {
        return finalNorm(ops, ops.token(tokens, 0));
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return projected > 0 ? projected(ops, tokens) : normed(ops, tokens);
    }
}
