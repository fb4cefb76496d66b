package ham.merge.encoder.beit;

import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.EncoderNames;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageEncoder;
import ham.merge.encoder.Ops;
import ham.merge.encoder.Part;
import ham.merge.safetensors.Tensors;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * BEiT: a pre-norm ViT whose keys have no bias, with numbers added to the scores of every two tokens by the places of their patches. The feature is the
 * norm of the mean of all patches, or the class token.
 */
final class Beit extends ImageEncoder {
    private static final Pattern UNUSED = Pattern.compile(
            "embeddings\\.mask_token|mask_token|.*relative_position_index|lm_head\\.(weight|bias)|layernorm\\.(weight|bias)");

    private final BeitConfig config;
    private final RelativePlaces places;
    private final Tensors tensors;

    private Beit(EncoderSource source, EncoderNames names, BeitConfig config) {
        super("BEiT", source.tensors(), names, config.labels(), config.trunk(), config.activation());
        this.config = config;
        tensors = source.tensors();
        places = new RelativePlaces(config.trunk());
        require(config);
    }

    static Beit read(EncoderSource source) {
        BeitConfig config = BeitConfig.read(source);
        return new Beit(source, EncoderNames.find(BeitFamily.schemes(config.mean()), source.tensors()), config);
    }

    private void require(BeitConfig config) {
        EncoderNames names = names();
        long d = trunk().hidden();
        require().add(names.name(Part.CLASS_TOKEN), 1, 1, d);
        if (config.positions()) {
            require().add(names.name(Part.POSITIONS), 1, 1L + trunk().nativePatches(), d);
        }
        require()
                .add(names.name(Part.PATCH) + ".weight", d, trunk().channels(), trunk().patch(), trunk().patch())
                .add(names.name(Part.PATCH) + ".bias", d);
        if (config.shared()) {
            require().add(names.name(Part.SHARED_RELATIVE_BIAS), places.rows(), trunk().heads());
        }
        for (int block = 0; block < trunk().layers(); block++) {
            requireBlock(block, config.mlp(), false);
            if (config.bias()) {
                require().add(bias(Part.QUERY, block), d).add(bias(Part.VALUE, block), d);
            }
            if (config.scaled()) {
                require().add(names.name(Part.ATTENTION_SCALE, block), d).add(names.name(Part.MLP_SCALE, block), d);
            }
            if (config.relative()) {
                require().add(names.name(Part.RELATIVE_BIAS, block), places.rows(), trunk().heads());
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
        return classes().isPresent() ? List.of(LOGITS) : List.of(TOKENS, POOLED);
    }

    @Override
    public <V> V tokens(Ops<V> ops, Map<String, V> inputs, BiConsumer<Integer, V> each) {
        V pixels = inputs.get(EncoderInput.PIXELS);
        V token = ops.repeat(ops.weight(names().name(Part.CLASS_TOKEN)), pixels);
        V embedded = ops.concatenate(1, List.of(token, patches(ops, pixels)));
        V placed = config.positions() ? ops.add(embedded, positions(ops, 1, false)) : embedded;
        V shared = config.shared() ? bias(ops, names().name(Part.SHARED_RELATIVE_BIAS)) : null;
        V x = throughBlocks(ops, placed, each, (before, block) -> {
            V own = config.relative() ? bias(ops, names().name(Part.RELATIVE_BIAS, block)) : null;
            return attend(
                    ops,
                    heads(ops, before, Part.QUERY, block, trunk().heads()),
                    heads(ops, before, Part.KEY, block, trunk().heads()),
                    heads(ops, before, Part.VALUE, block, trunk().heads()),
                    trunk().scale(),
                    own == null ? shared : shared == null ? own : ops.add(own, shared),
                    block);
        });
        return config.mean() ? x : finalNorm(ops, x);
    }

    private <V> V bias(Ops<V> ops, String table) {
        V rows = trunk().side() == trunk().nativeSide()
                ? ops.weight(table)
                : ops.constant(
                        table + "." + trunk().side(),
                        () -> places.resized(tensors.floats(table)),
                        places.rowsOfSide(),
                        trunk().heads());
        return ops.relativeBias(rows, "relative.rows." + trunk().side(), places::ofTokens, 1 + trunk().patches(), null);
    }

    @Override
    protected int prefix() {
        return 1;
    }

    @Override
    public <V> V feature(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return config.mean() ? finalNorm(ops, ops.mean(ofPatches(ops, tokens))) : ops.token(tokens, 0);
    }

    @Override
    protected <V> V pooled(Ops<V> ops, Map<String, V> inputs, V tokens) {
        return feature(ops, inputs, tokens);
    }
}
