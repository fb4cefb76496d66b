package ham.merge.checkpoint;

import ham.merge.encoder.AbstractEncoder;
import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.encoder.Positions;
import ham.merge.safetensors.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The plain ViT, DeiT and timm's ViTs as an encoder like those of the other families. */
final class VitEncoder extends AbstractEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("pooler\\.dense\\.(weight|bias)|embeddings\\.(position_ids|mask_token)");

    private final VitConfig config;
    private final Tensors tensors;
    private final ImageTrunk trunk;
    private final Optional<Activation> pooler;

    /**
     * Describes a ViT.
     *
     * @param side side of the images that go in, in pixels
     * @param pooler the function of its pooler, where it has one
     */
    VitEncoder(VitConfig config, EncoderNames names, Tensors tensors, int side, Optional<Activation> pooler) {
        super("ViT", tensors, names, config.labels());
        this.config = config;
        this.tensors = tensors;
        this.pooler = pooler;
        trunk = new ImageTrunk(
                config.hidden(),
                config.layers(),
                config.heads(),
                config.imageSize(),
                side,
                config.patch(),
                config.channels(),
                config.layerNormEps());
        shapes(config.form());
    }

    private void shapes(VitForm form) {
        EncoderNames names = names();
        long d = config.hidden();
        if (form.classToken()) {
            require().add(names.name(Part.CLASS_TOKEN), 1, 1, d);
        }
        if (form.distillationToken()) {
            require().add(names.name(Part.DISTILLATION_TOKEN), 1, 1, d);
        }
        if (form.registers() > 0) {
            require().add(names.name(Part.REGISTER_TOKENS), 1, form.registers(), d);
        }
        require()
                .add(names.name(Part.POSITIONS), 1, form.prefixHasPositions() ? config.tokens() : config.patches(), d)
                .add(names.name(Part.PATCH) + ".weight", d, config.channels(), config.patch(), config.patch())
                .add(names.name(Part.PATCH) + ".bias", d);
        for (int block = 0; block < config.layers(); block++) {
            require()
                    .norm(names.name(Part.NORM_BEFORE, block), d)
                    .norm(names.name(Part.NORM_AFTER, block), d)
                    .projections(names, block, d, config.qkvBias())
                    .linear(names.name(Part.ATTENTION_OUTPUT, block), d, d, true)
                    .linear(names.name(Part.FC1, block), config.mlp(), d, true)
                    .linear(names.name(Part.FC2, block), d, config.mlp(), true);
            if (form.layerScale()) {
                require().add(names.name(Part.ATTENTION_SCALE, block), d).add(names.name(Part.MLP_SCALE, block), d);
            }
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        if (classes().isPresent()) {
            require().linear(classifier(), classes().getAsInt(), d, true);
            if (twoClassifiers()) {
                require()
                        .linear(
                                names.name(Part.DISTILLATION_CLASSIFIER),
                                classes().getAsInt(),
                                d,
                                true);
            }
        }
        if (pooler.isPresent()) {
            require().linear(names.name(Part.POOLER), d, d, true);
        }
    }

    private boolean twoClassifiers() {
        return config.form().pooling() == Pooling.CLASS_AND_DISTILLATION_TOKEN;
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
        return config.hidden();
    }

    @Override
    public int blocks() {
        return config.layers();
    }

    @Override
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : pooler.isPresent() ? List.of(TOKENS, POOLED) : List.of(TOKENS);
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs) {
        V x = embed(ops, inputs.get(EncoderInput.PIXELS));
        for (int block = 0; block < config.layers(); block++) {
            V before = ops.layerNorm(x, names().name(Part.NORM_BEFORE, block), config.layerNormEps());
            V mixed = attention(ops, before, block, trunk);
            x = ops.add(x, scaled(ops, mixed, Part.ATTENTION_SCALE, block));
            V after = ops.layerNorm(x, names().name(Part.NORM_AFTER, block), config.layerNormEps());
            V hidden = ops.activate(Activation.GELU, linear(ops, after, Part.FC1, block));
            x = ops.add(x, scaled(ops, linear(ops, hidden, Part.FC2, block), Part.MLP_SCALE, block));
        }
        return config.form().normAfterPooling() ? x : finalNorm(ops, x);
    }

    private <V> V finalNorm(Ops<V> ops, V x) {
        return ops.layerNorm(x, names().name(Part.FINAL_NORM), config.layerNormEps());
    }

    private <V> V scaled(Ops<V> ops, V x, Part scale, int block) {
        return config.form().layerScale() ? ops.multiply(x, ops.weight(names().name(scale, block))) : x;
    }

    private <V> V embed(Ops<V> ops, V pixels) {
        VitForm form = config.form();
        String patch = names().name(Part.PATCH);
        V patches = ops.patches(pixels, patch + ".weight", patch + ".bias", config.patch());
        List<V> sequence = new ArrayList<>();
        if (form.classToken()) {
            sequence.add(ops.repeat(ops.weight(names().name(Part.CLASS_TOKEN)), pixels));
        }
        if (form.distillationToken()) {
            sequence.add(ops.repeat(ops.weight(names().name(Part.DISTILLATION_TOKEN)), pixels));
        }
        if (form.registers() > 0) {
            sequence.add(ops.repeat(ops.weight(names().name(Part.REGISTER_TOKENS)), pixels));
        }
        V positions = positions(ops, form.prefixHasPositions() ? form.prefixTokens() : 0);
        sequence.add(form.prefixHasPositions() ? patches : ops.add(patches, positions));
        V x = sequence.size() == 1 ? sequence.get(0) : ops.concatenate(1, sequence);
        return form.prefixHasPositions() ? ops.add(x, positions) : x;
    }

    private <V> V positions(Ops<V> ops, int prefix) {
        String name = names().name(Part.POSITIONS);
        return trunk.side() == trunk.nativeSide()
                ? ops.weight(name)
                : Positions.of(ops, tensors, name, prefix, trunk, false);
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        int prefix = config.form().prefixTokens();
        V pooled =
                switch (config.form().pooling()) {
                    case CLASS_TOKEN -> ops.token(tokens, 0);
                    case CLASS_AND_DISTILLATION_TOKEN -> ops.mean(ops.slice(tokens, 1, 0, 2));
                    case PATCH_MEAN -> ops.mean(ops.slice(tokens, 1, prefix, prefix + trunk.patches()));
                };
        return config.form().normAfterPooling() ? finalNorm(ops, pooled) : pooled;
    }

    @Override
    protected <V> V logits(Ops<V> ops, Map<String, V> inputs, V tokens) {
        if (!twoClassifiers()) {
            return super.logits(ops, inputs, tokens);
        }
        V first = linear(ops, ops.token(tokens, 0), classifier());
        V second = linear(ops, ops.token(tokens, 1), names().name(Part.DISTILLATION_CLASSIFIER));
        return ops.scale(ops.add(first, second), 0.5);
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return ops.activate(pooler.orElseThrow(), linear(ops, ops.token(tokens, 0), names().name(Part.POOLER)));
    }
}
