package ham.merge.checkpoint;

import static java.util.Map.entry;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one library calls the parts of a model: the description of a family of files. A part of the classifier model itself is without prefix,
 * what belongs to the encoder in it begins with one of its prefixes or with none, and what belongs to a block with the list of the blocks and
 * the block's number.
 *
 * @param prefixes what the encoder is called inside a classifier, each with its dot; files of a bare encoder have none
 * @param blocks path of the list of blocks
 * @param names of the parts, inside their block, the encoder or the classifier model; a part that is not there is unknown to the library
 */
record NamingScheme(List<String> prefixes, String blocks, Map<VitPart, String> names) {
    private static final Map<VitPart, String> TRANSFORMERS = Map.ofEntries(
            entry(VitPart.CLASS_TOKEN, "embeddings.cls_token"),
            entry(VitPart.DISTILLATION_TOKEN, "embeddings.distillation_token"),
            entry(VitPart.REGISTER_TOKENS, "embeddings.register_tokens"),
            entry(VitPart.POSITIONS, "embeddings.position_embeddings"),
            entry(VitPart.PATCH, "embeddings.patch_embeddings.projection"),
            entry(VitPart.FINAL_NORM, "layernorm"),
            entry(VitPart.POOLER, "pooler.dense"),
            entry(VitPart.CLASSIFIER, "classifier"),
            entry(VitPart.DISTILLATION_CLASSIFIER, "distillation_classifier"),
            entry(VitPart.NORM_BEFORE, "layernorm_before"),
            entry(VitPart.NORM_AFTER, "layernorm_after"),
            entry(VitPart.ATTENTION_SCALE, "layer_scale1.lambda1"),
            entry(VitPart.MLP_SCALE, "layer_scale2.lambda1"));

    /** Published checkpoints, and transformers before version 5. */
    static final NamingScheme PUBLISHED = new NamingScheme(
            List.of("vit.", "deit."),
            "encoder.layer",
            with(
                    TRANSFORMERS,
                    Map.of(
                            VitPart.QUERY, "attention.attention.query",
                            VitPart.KEY, "attention.attention.key",
                            VitPart.VALUE, "attention.attention.value",
                            VitPart.ATTENTION_OUTPUT, "attention.output.dense",
                            VitPart.FC1, "intermediate.dense",
                            VitPart.FC2, "output.dense")));

    /** transformers 5. */
    static final NamingScheme RECENT = new NamingScheme(
            List.of("vit.", "deit."),
            "layers",
            with(
                    TRANSFORMERS,
                    Map.of(
                            VitPart.QUERY, "attention.q_proj",
                            VitPart.KEY, "attention.k_proj",
                            VitPart.VALUE, "attention.v_proj",
                            VitPart.ATTENTION_OUTPUT, "attention.o_proj",
                            VitPart.FC1, "mlp.fc1",
                            VitPart.FC2, "mlp.fc2")));

    /** timm. */
    static final NamingScheme TIMM = new NamingScheme(
            List.of(),
            "blocks",
            Map.ofEntries(
                    entry(VitPart.CLASS_TOKEN, "cls_token"),
                    entry(VitPart.DISTILLATION_TOKEN, "dist_token"),
                    entry(VitPart.REGISTER_TOKENS, "reg_token"),
                    entry(VitPart.POSITIONS, "pos_embed"),
                    entry(VitPart.PATCH, "patch_embed.proj"),
                    entry(VitPart.FINAL_NORM, "norm"),
                    entry(VitPart.CLASSIFIER, "head"),
                    entry(VitPart.DISTILLATION_CLASSIFIER, "head_dist"),
                    entry(VitPart.NORM_BEFORE, "norm1"),
                    entry(VitPart.NORM_AFTER, "norm2"),
                    entry(VitPart.ATTENTION_SCALE, "ls1.gamma"),
                    entry(VitPart.MLP_SCALE, "ls2.gamma"),
                    entry(VitPart.QKV, "attn.qkv"),
                    entry(VitPart.ATTENTION_OUTPUT, "attn.proj"),
                    entry(VitPart.FC1, "mlp.fc1"),
                    entry(VitPart.FC2, "mlp.fc2")));

    static final List<NamingScheme> ALL = List.of(PUBLISHED, RECENT, TIMM);

    NamingScheme {
        names = Collections.unmodifiableMap(new EnumMap<>(names));
    }

    private static Map<VitPart, String> with(Map<VitPart, String> shared, Map<VitPart, String> own) {
        Map<VitPart, String> both = new EnumMap<>(shared);
        both.putAll(own);
        return both;
    }

    /** Whether a part stands beside the encoder in a classifier. */
    static boolean besideEncoder(VitPart part) {
        return part == VitPart.CLASSIFIER || part == VitPart.DISTILLATION_CLASSIFIER;
    }

    /** Name of a part; of one that no block has, whatever the block. */
    String name(VitPart part, int block) {
        return part.inBlock() ? blocks + "." + block + "." + names.get(part) : names.get(part);
    }

    /** The part that a module or tensor of that name is, without the end {@code .weight} or {@code .bias}. */
    Optional<LayerName> parse(String name) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return inside(name.substring(prefix.length())).filter(found -> !besideEncoder(found.part()));
            }
        }
        return inside(name);
    }

    private Optional<LayerName> inside(String name) {
        Matcher matcher =
                Pattern.compile(Pattern.quote(blocks) + "\\.(\\d{1,4})\\.(.+)").matcher(name);
        boolean inBlock = matcher.matches();
        String own = inBlock ? matcher.group(2) : name;
        return names.entrySet().stream()
                .filter(each ->
                        each.getKey().inBlock() == inBlock && each.getValue().equals(own))
                .findFirst()
                .map(each -> new LayerName(each.getKey(), inBlock ? Integer.parseInt(matcher.group(1)) : 0));
    }
}
