package ham.merge.encoder.dinov3;

import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageEncoder;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * DINOv3: a pre-norm ViT with LayerScale whose queries and keys of patches are turned by angles that follow from their places. The feature is the class
 * token [n, d], or with timm's pooling the mean of the patches.
 */
final class Dinov3 extends ImageEncoder {
    private static final Pattern UNUSED = Pattern.compile("embeddings\\.mask_token|rope_embeddings\\.inv_freq");

    private final Dinov3Config config;

    private Dinov3(EncoderSource source, EncoderNames names, Dinov3Config config) {
        super("DINOv3", source.tensors(), names, config.labels(), config.trunk(), config.activation());
        this.config = config;
        EncoderConfig file = source.config();
        file.require(
                headSize() % 4 == 0,
                "heads of a width that is a multiple of 4, for rotary positions",
                String.valueOf(headSize()));
        file.require(config.timm() || classes().isEmpty(), "a DINOv3 without a classifier", "one with a classifier");
        require(config);
    }

    static Dinov3 read(EncoderSource source) {
        return new Dinov3(source, EncoderNames.find(Dinov3Family.SCHEMES, source.tensors()), Dinov3Config.read(source));
    }

    private void require(Dinov3Config of) {
        EncoderNames names = names();
        long d = trunk().hidden();
        require().add(names.name(Part.CLASS_TOKEN), 1, 1, d);
        if (of.registers() > 0) {
            require().add(names.name(Part.REGISTER_TOKENS), 1, of.registers(), d);
        }
        require()
                .add(names.name(Part.PATCH) + ".weight", d, trunk().channels(), trunk().patch(), trunk().patch())
                .add(names.name(Part.PATCH) + ".bias", d);
        for (int block = 0; block < trunk().layers(); block++) {
            require()
                    .norm(names.name(Part.NORM_BEFORE, block), d)
                    .projections(names, block, d, false)
                    .linear(names.name(Part.ATTENTION_OUTPUT, block), d, d, of.projection())
                    .add(names.name(Part.ATTENTION_SCALE, block), d)
                    .norm(names.name(Part.NORM_AFTER, block), d)
                    .linear(names.name(Part.FC1, block), of.mlp(), d, of.mlpBias())
                    .linear(names.name(Part.FC2, block), d, of.mlp(), of.mlpBias())
                    .add(names.name(Part.MLP_SCALE, block), d);
            if (of.query()) {
                require().add(bias(Part.QUERY, block), d);
            }
            if (of.key()) {
                require().add(names.name(Part.KEY, block) + ".bias", d);
            }
            if (of.value()) {
                require().add(bias(Part.VALUE, block), d);
            }
            if (of.gated()) {
                require().linear(names.name(Part.GATE, block), of.mlp(), d, of.mlpBias());
            }
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        requireClassifier(d);
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : config.timm() ? List.of(TOKENS) : List.of(TOKENS, POOLED);
    }

    @Override
    protected int prefix() {
        return 1 + config.registers();
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        V cosine = ops.constant("rotary.cos." + trunk().side(), () -> angles(true), trunk().patches(), headSize());
        V sine = ops.constant("rotary.sin." + trunk().side(), () -> angles(false), trunk().patches(), headSize());
        V x = throughBlocks(ops, embed(ops, inputs.get(EncoderInput.PIXELS)), each, (before, block) -> {
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
        if (config.registers() == 0) {
            return ops.concatenate(1, List.of(token, patches));
        }
        V extra = ops.repeat(ops.weight(names().name(Part.REGISTER_TOKENS)), pixels);
        return ops.concatenate(1, List.of(token, extra, patches));
    }

    @Override
    protected <V> V mlp(Ops<V> ops, V x, int block) {
        if (!config.gated()) {
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
                double angle = 2 * Math.PI * centre / Math.pow(config.theta(), 4.0 / size * (i % quarter));
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
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return config.mean() ? ops.mean(ofPatches(ops, tokens)) : ops.token(tokens, 0);
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return ops.token(tokens, 0);
    }
}
