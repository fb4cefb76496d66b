package ham.merge.encoder.dinov2;

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
 * DINOv2: a pre-norm ViT with LayerScale. The classifier reads the class token beside the mean of the patches [n, 2 d]; without one the feature is
 * the class token [n, d].
 */
final class Dinov2 extends ImageEncoder {
    private static final Pattern UNUSED = Pattern.compile("embeddings\\.mask_token");

    private final int registers;
    private final boolean antialias;
    private final boolean gated;
    private final boolean classifies;

    private Dinov2(EncoderSource source, EncoderNames names, ImageTrunk trunk, int registers, boolean antialias) {
        super("DINOv2", source, names, trunk, Activation.read(source.config(), "hidden_act", "gelu"));
        EncoderConfig config = source.config();
        classifies = source.classifies() || classes().isPresent();
        this.registers = registers;
        this.antialias = antialias;
        gated = config.truth("use_swiglu_ffn", false);
        int mlp = Math.multiplyExact(trunk.hidden(), config.positive("mlp_ratio", 4));
        shapes(gated ? (mlp * 2 / 3 + 7) / 8 * 8 : mlp, config.truth("qkv_bias", true));
    }

    static Dinov2 read(EncoderSource source) {
        EncoderConfig config = source.config();
        boolean plain = Dinov2Family.PLAIN.equals(config.text("model_type", ""));
        EncoderNames names = EncoderNames.find(Dinov2Family.SCHEMES, source.tensors());
        ImageTrunk trunk = ImageTrunk.read(source, config, 224, plain ? 14 : 16, 1e-6);
        return new Dinov2(source, names, trunk, plain ? 0 : config.count("num_register_tokens", 4), !plain);
    }

    private void shapes(int mlp, boolean projectionBias) {
        EncoderNames names = names();
        long d = trunk().hidden();
        require().add(names.name(Part.CLASS_TOKEN), 1, 1, d);
        if (registers > 0) {
            require().add(names.name(Part.REGISTER_TOKENS), 1, registers, d);
        }
        require()
                .add(names.name(Part.POSITIONS), 1, 1L + trunk().nativePatches(), d)
                .add(names.name(Part.PATCH) + ".weight", d, trunk().channels(), trunk().patch(), trunk().patch())
                .add(names.name(Part.PATCH) + ".bias", d);
        for (int block = 0; block < trunk().layers(); block++) {
            require()
                    .norm(names.name(Part.NORM_BEFORE, block), d)
                    .norm(names.name(Part.NORM_AFTER, block), d)
                    .projections(names, block, d, projectionBias)
                    .linear(names.name(Part.ATTENTION_OUTPUT, block), d, d, true)
                    .add(names.name(Part.ATTENTION_SCALE, block), d)
                    .add(names.name(Part.MLP_SCALE, block), d)
                    .linear(names.name(Part.FC1, block), gated ? 2L * mlp : mlp, d, true)
                    .linear(names.name(Part.FC2, block), d, mlp, true);
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        requireClassifier(width());
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public int width() {
        return classifies ? 2 * trunk().hidden() : trunk().hidden();
    }

    @Override
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : List.of(TOKENS, POOLED);
    }

    @Override
    public boolean givesClassifierFeature() {
        return classifies;
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        return finalNorm(ops, throughBlocks(ops, embed(ops, inputs.get(EncoderInput.PIXELS)), each));
    }

    private <V> V embed(Ops<V> ops, V pixels) {
        V patches = patches(ops, pixels);
        V token = ops.repeat(ops.weight(names().name(Part.CLASS_TOKEN)), pixels);
        V x = ops.add(ops.concatenate(1, List.of(token, patches)), positions(ops, 1, antialias));
        if (registers == 0) {
            return x;
        }
        V extra = ops.repeat(ops.weight(names().name(Part.REGISTER_TOKENS)), pixels);
        return ops.concatenate(1, List.of(ops.slice(x, 1, 0, 1), extra, ops.slice(x, 1, 1, 1 + trunk().patches())));
    }

    @Override
    protected int prefix() {
        return 1 + registers;
    }

    @Override
    protected <V> V mlp(Ops<V> ops, V x, int block) {
        return gated ? packedMlp(ops, x, Activation.SILU, block) : super.mlp(ops, x, block);
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        V token = ops.token(tokens, 0);
        if (!classifies) {
            return token;
        }
        V mean = ops.mean(ofPatches(ops, tokens));
        return ops.concatenate(1, List.of(token, mean));
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return ops.token(tokens, 0);
    }
}
