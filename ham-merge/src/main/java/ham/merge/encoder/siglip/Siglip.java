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
import ham.merge.encoder.ProbePooling;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * SigLIP's image encoder: a pre-norm ViT without a class token. The classifier reads the mean of the patches; without one the feature is what a learnt
 * token, the probe, collects from them by attention, where there is such a head, else the mean.
 */
final class Siglip extends ImageEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("embeddings\\.position_ids|text_model\\..*|logit_(scale|bias)|head\\..*");
    private static final String HEAD = "head.";

    /** Whether the head that collects by attention is there and read. */
    private final boolean collects;

    private Siglip(EncoderSource source, EncoderNames names, EncoderConfig vision, ImageTrunk trunk) {
        super("SigLIP image encoder", source, names, trunk, Activation.read(vision, "hidden_act", "gelu_pytorch_tanh"));
        collects =
                !source.classifies() && classes().isEmpty() && source.tensors().has(probe().probe());
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
            probe().require(require(), d, mlp);
        }
        requireClassifier(d);
    }

    private ProbePooling probe() {
        return ProbePooling.transformers(names().inside(HEAD));
    }

    @Override
    public List<Place> parts() {
        List<Place> parts = new ArrayList<>(super.parts());
        if (collects) {
            parts.addAll(probe().parts(trunk().hidden()));
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
    public boolean givesClassifierFeature() {
        return !collects;
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        V patches = patches(ops, inputs.get(EncoderInput.PIXELS));
        return finalNorm(ops, throughBlocks(ops, ops.add(patches, positions(ops, 0, false)), each));
    }

    @Override
    protected int prefix() {
        return 0;
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return collects ? pooled(ops, inputs, tokens) : ops.mean(tokens);
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return collected(ops, probe(), inputs.get(EncoderInput.PIXELS), tokens);
    }
}
