package ham.merge.encoder.dinov3;

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
import java.util.regex.Pattern;

/**
 * DINOv3: a pre-norm ViT with LayerScale whose queries and keys of patches are turned by angles that follow from their places. The feature is the class
 * token [n, d]; a classifier reads it beside the mean of the patches [n, 2 d].
 */
final class Dinov3 extends ImageEncoder {
    private static final Pattern UNUSED = Pattern.compile("embeddings\\.mask_token|rope_embeddings\\.inv_freq");

    private final int registers;
    private final boolean gated;
    private final double theta;

    private Dinov3(EncoderSource source, EncoderNames names, ImageTrunk trunk) {
        super("DINOv3", source, names, trunk, Activation.read(source.config(), "hidden_act", "gelu"));
        EncoderConfig config = source.config();
        registers = config.count("num_register_tokens", 0);
        gated = config.truth("use_gated_mlp", false);
        theta = config.number("rope_theta", 100);
        config.require(
                headSize() % 4 == 0,
                "heads of a width that is a multiple of 4, for rotary positions",
                String.valueOf(headSize()));
        config.require(!classes().isPresent(), "a DINOv3 without a classifier", "one with a classifier");
        shapes(config);
    }

    static Dinov3 read(EncoderSource source) {
        EncoderNames names = EncoderNames.find(Dinov3Family.SCHEMES, source.tensors());
        return new Dinov3(source, names, ImageTrunk.read(source, source.config(), 224, 16, 1e-5));
    }

    private void shapes(EncoderConfig config) {
        EncoderNames names = names();
        long d = trunk().hidden();
        long mlp = config.positive("intermediate_size", 1536);
        boolean mlpBias = config.truth("mlp_bias", true);
        require().add(names.name(Part.CLASS_TOKEN), 1, 1, d);
        if (registers > 0) {
            require().add(names.name(Part.REGISTER_TOKENS), 1, registers, d);
        }
        require()
                .add(names.name(Part.PATCH) + ".weight", d, trunk().channels(), trunk().patch(), trunk().patch())
                .add(names.name(Part.PATCH) + ".bias", d);
        for (int block = 0; block < trunk().layers(); block++) {
            require()
                    .norm(names.name(Part.NORM_BEFORE, block), d)
                    .linear(names.name(Part.QUERY, block), d, d, config.truth("query_bias", true))
                    .linear(names.name(Part.KEY, block), d, d, config.truth("key_bias", false))
                    .linear(names.name(Part.VALUE, block), d, d, config.truth("value_bias", true))
                    .linear(names.name(Part.ATTENTION_OUTPUT, block), d, d, config.truth("proj_bias", true))
                    .add(names.name(Part.ATTENTION_SCALE, block), d)
                    .norm(names.name(Part.NORM_AFTER, block), d)
                    .linear(names.name(Part.FC1, block), mlp, d, mlpBias)
                    .linear(names.name(Part.FC2, block), d, mlp, mlpBias)
                    .add(names.name(Part.MLP_SCALE, block), d);
            if (gated) {
                require().linear(names.name(Part.GATE, block), mlp, d, mlpBias);
            }
        }
        require().norm(names.name(Part.FINAL_NORM), d);
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public List<String> outputs() {
        return List.of(TOKENS, POOLED);
    }

    private int prefix() {
        return 1 + registers;
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs) {
        V cosine = ops.constant("rotary.cos." + trunk().side(), () -> angles(true), trunk().patches(), headSize());
        V sine = ops.constant("rotary.sin." + trunk().side(), () -> angles(false), trunk().patches(), headSize());
        V x = throughBlocks(ops, embed(ops, inputs.get(EncoderInput.PIXELS)), (before, block) -> {
            V query = turned(ops, heads(ops, before, Part.QUERY, block, trunk().heads()), cosine, sine);
            V key = turned(ops, heads(ops, before, Part.KEY, block, trunk().heads()), cosine, sine);
            V value = heads(ops, before, Part.VALUE, block, trunk().heads());
            return attend(ops, query, key, value, trunk().scale(), null, block);
        });
        return finalNorm(ops, x);
    }

    private <V> V embed(Ops<V> ops, V pixels) {
        V patches = patches(ops, pixels);
        V token = ops.repeat(ops.weight(names().name(Part.CLASS_TOKEN)), pixels);
        if (registers == 0) {
            return ops.concatenate(1, List.of(token, patches));
        }
        V extra = ops.repeat(ops.weight(names().name(Part.REGISTER_TOKENS)), pixels);
        return ops.concatenate(1, List.of(token, extra, patches));
    }

    @Override
    protected <V> V mlp(Ops<V> ops, V x, int block) {
        if (!gated) {
            return super.mlp(ops, x, block);
        }
        V gate = ops.activate(activation(), linear(ops, x, Part.GATE, block));
        return linear(ops, ops.multiply(gate, linear(ops, x, Part.FC1, block)), Part.FC2, block);
    }

    private int headSize() {
        return trunk().hidden() / trunk().heads();
    }

    /** Cosines or sines [patches, head size] of the angles of a patch's centre, y first, each number twice. */
    private float[] angles(boolean cosine) {
        int size = headSize();
        int quarter = size / 4;
        int grid = trunk().grid();
        float[] values = new float[trunk().patches() * size];
        for (int patch = 0; patch < trunk().patches(); patch++) {
            for (int i = 0; i < size; i++) {
                int axis = i % (size / 2) / quarter;
                int place = axis == 0 ? patch / grid : patch % grid;
                double centre = 2 * (place + 0.5) / grid - 1;
                double angle = 2 * Math.PI * centre / Math.pow(theta, 4.0 / size * (i % quarter));
                values[patch * size + i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
            }
        }
        return values;
    }

    /** Patches' queries or keys [n, h, t, size] turned: {@code x cos + (-x2, x1) sin} of their halves x1 and x2. */
    private <V> V turned(Ops<V> ops, V x, V cosine, V sine) {
        int size = headSize();
        V patches = ops.slice(x, 2, prefix(), prefix() + trunk().patches());
        V first = ops.slice(patches, 3, 0, size / 2);
        V second = ops.slice(patches, 3, size / 2, size);
        V crossed = ops.concatenate(3, List.of(ops.scale(second, -1), first));
        V turned = ops.add(ops.multiply(patches, cosine), ops.multiply(crossed, sine));
        return ops.concatenate(2, List.of(ops.slice(x, 2, 0, prefix()), turned));
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return ops.token(tokens, 0);
    }
}
