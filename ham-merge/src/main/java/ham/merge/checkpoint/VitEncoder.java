package ham.merge.checkpoint;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.ImageEncoder;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.encoder.Place;
import ham.merge.encoder.ProbePooling;
import ham.merge.safetensors.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** The plain ViT, DeiT and timm's ViTs as an encoder like those of the other families. */
final class VitEncoder extends ImageEncoder {
    private static final Pattern UNUSED =
            Pattern.compile("pooler\\.dense\\.(weight|bias)|embeddings\\.(position_ids|mask_token)|decoder\\..*");

    private static final String FIRST_NORM = "norm_pre";
    private static final String PROBE = "attn_pool.";

    private final VitConfig config;
    private final Optional<Activation> pooler;

    /**
     * Describes a ViT.
     *
     * @param side side of the images that go in, in pixels
     * @param pooler the function of its pooler, where it has one
     */
    VitEncoder(VitConfig config, EncoderNames names, Tensors tensors, int side, Optional<Activation> pooler) {
        super(
                "ViT",
                tensors,
                names,
                config.labels(),
                new ImageTrunk(
                        config.hidden(),
                        config.layers(),
                        config.heads(),
                        config.imageSize(),
                        side,
                        config.patch(),
                        config.channels(),
                        config.layerNormEps()),
                config.form().mlp().activation());
        this.config = config;
        this.pooler = pooler;
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
                .add(names.name(Part.PATCH) + ".weight", d, config.channels(), config.patch(), config.patch());
        if (form.normBefore()) {
            require().norm(names.inside(FIRST_NORM), d);
        } else {
            require().add(names.name(Part.PATCH) + ".bias", d);
        }
        for (int block = 0; block < config.layers(); block++) {
            requireBlock(block, config.mlp(), config.mlpInner(), config.qkvBias());
            if (form.layerScale()) {
                require().add(names.name(Part.ATTENTION_SCALE, block), d).add(names.name(Part.MLP_SCALE, block), d);
            }
        }
        require().norm(names.name(Part.FINAL_NORM), d);
        if (form.probe()) {
            probe().require(require(), d, config.mlp());
        }
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

    private ProbePooling probe() {
        return ProbePooling.timm(names().inside(PROBE));
    }

    @Override
    public List<Place> parts() {
        List<Place> parts = new ArrayList<>(super.parts());
        if (config.form().probe()) {
            parts.addAll(probe().parts(config.hidden()));
        }
        return parts;
    }

    private boolean twoClassifiers() {
        return config.form().pooling() == Pooling.CLASS_AND_DISTILLATION_TOKEN;
    }

    @Override
    protected Pattern unused() {
        return UNUSED;
    }

    @Override
    public List<String> outputs() {
        return classes().isPresent() ? List.of(LOGITS) : pooler.isPresent() ? List.of(TOKENS, POOLED) : List.of(TOKENS);
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        V x = throughBlocks(ops, embed(ops, inputs.get(EncoderInput.PIXELS)), each);
        return config.form().normAfterPooling() ? x : finalNorm(ops, x);
    }

    private <V> V embed(Ops<V> ops, V pixels) {
        VitForm form = config.form();
        V patches = form.normBefore()
                ? ops.patches(pixels, names().name(Part.PATCH) + ".weight", null, trunk().patch())
                : patches(ops, pixels);
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
        // timm brings them to another size with antialiasing, transformers without.
        boolean timm = names().has(Part.QKV);
        V positions = positions(ops, form.prefixHasPositions() ? form.prefixTokens() : 0, timm);
        sequence.add(form.prefixHasPositions() ? patches : ops.add(patches, positions));
        V x = sequence.size() == 1 ? sequence.get(0) : ops.concatenate(1, sequence);
        V placed = form.prefixHasPositions() ? ops.add(x, positions) : x;
        return form.normBefore() ? ops.layerNorm(placed, names().inside(FIRST_NORM), trunk().epsilon()) : placed;
    }

    @Override
    protected <V> V mlp(Ops<V> ops, V x, int block) {
        return config.form().mlp().packed()
                ? packedMlp(ops, x, config.form().mlp().activation(), block)
                : super.mlp(ops, x, block);
    }

    @Override
    protected int prefix() {
        return config.form().prefixTokens();
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        V pooled =
                switch (config.form().pooling()) {
                    case CLASS_TOKEN -> ops.token(tokens, 0);
                    case CLASS_AND_DISTILLATION_TOKEN -> ops.mean(ops.slice(tokens, 1, 0, 2));
                    case PATCH_MEAN -> {
                        V patches = ofPatches(ops, tokens);
                        yield config.form().probe()
                                ? collected(ops, probe(), inputs.get(EncoderInput.PIXELS), patches)
                                : ops.mean(patches);
                    }
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
