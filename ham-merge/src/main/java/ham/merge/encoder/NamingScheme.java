package ham.merge.encoder;

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
public record NamingScheme(List<String> prefixes, String blocks, Map<Part, String> names) {
    private static final Map<Part, String> TRANSFORMERS = Map.ofEntries(
            entry(Part.CLASS_TOKEN, "embeddings.cls_token"),
            entry(Part.DISTILLATION_TOKEN, "embeddings.distillation_token"),
            entry(Part.REGISTER_TOKENS, "embeddings.register_tokens"),
            entry(Part.POSITIONS, "embeddings.position_embeddings"),
            entry(Part.PATCH, "embeddings.patch_embeddings.projection"),
            entry(Part.FINAL_NORM, "layernorm"),
            entry(Part.POOLER, "pooler.dense"),
            entry(Part.CLASSIFIER, "classifier"),
            entry(Part.DISTILLATION_CLASSIFIER, "distillation_classifier"),
            entry(Part.NORM_BEFORE, "layernorm_before"),
            entry(Part.NORM_AFTER, "layernorm_after"),
            entry(Part.ATTENTION_SCALE, "layer_scale1.lambda1"),
            entry(Part.MLP_SCALE, "layer_scale2.lambda1"));

    /** The linear layers of a block in published checkpoints, and in transformers before version 5. */
    public static final Map<Part, String> PUBLISHED_LAYERS = Map.of(
            Part.QUERY, "attention.attention.query",
            Part.KEY, "attention.attention.key",
            Part.VALUE, "attention.attention.value",
            Part.ATTENTION_OUTPUT, "attention.output.dense",
            Part.FC1, "intermediate.dense",
            Part.FC2, "output.dense");

    /** The same in transformers 5. */
    public static final Map<Part, String> RECENT_LAYERS = Map.of(
            Part.QUERY, "attention.q_proj",
            Part.KEY, "attention.k_proj",
            Part.VALUE, "attention.v_proj",
            Part.ATTENTION_OUTPUT, "attention.o_proj",
            Part.FC1, "mlp.fc1",
            Part.FC2, "mlp.fc2");

    /** Published checkpoints, and transformers before version 5. */
    public static final NamingScheme PUBLISHED =
            new NamingScheme(List.of("vit.", "deit."), "encoder.layer", with(TRANSFORMERS, PUBLISHED_LAYERS));

    /** transformers 5. */
    public static final NamingScheme RECENT =
            new NamingScheme(List.of("vit.", "deit."), "layers", with(TRANSFORMERS, RECENT_LAYERS));

    /** timm. */
    public static final NamingScheme TIMM = new NamingScheme(
            List.of(),
            "blocks",
            Map.ofEntries(
                    entry(Part.CLASS_TOKEN, "cls_token"),
                    entry(Part.DISTILLATION_TOKEN, "dist_token"),
                    entry(Part.REGISTER_TOKENS, "reg_token"),
                    entry(Part.POSITIONS, "pos_embed"),
                    entry(Part.PATCH, "patch_embed.proj"),
                    entry(Part.FINAL_NORM, "norm"),
                    entry(Part.CLASSIFIER, "head"),
                    entry(Part.DISTILLATION_CLASSIFIER, "head_dist"),
                    entry(Part.NORM_BEFORE, "norm1"),
                    entry(Part.NORM_AFTER, "norm2"),
                    entry(Part.ATTENTION_SCALE, "ls1.gamma"),
                    entry(Part.MLP_SCALE, "ls2.gamma"),
                    entry(Part.QKV, "attn.qkv"),
                    entry(Part.ATTENTION_OUTPUT, "attn.proj"),
                    entry(Part.FC1, "mlp.fc1"),
                    entry(Part.FC2, "mlp.fc2")));

    private static final Pattern WRAPPERS =
            Pattern.compile("((?:base_model|model|module|_orig_mod|timm_model|backbone|encoder_model)\\.)+");

    /**
     * A part that a name means.
     *
     * @param part what it is
     * @param block index of the transformer block, 0 for what is in none
     */
    public record Found(Part part, int block) {}

    public NamingScheme {
        prefixes = List.copyOf(prefixes);
        names = Collections.unmodifiableMap(new EnumMap<>(names));
    }

    private static Map<Part, String> with(Map<Part, String> shared, Map<Part, String> own) {
        Map<Part, String> both = new EnumMap<>(shared);
        both.putAll(own);
        return both;
    }

    /** The same with another name of a part. */
    public NamingScheme with(Part part, String name) {
        return new NamingScheme(prefixes, blocks, with(names, Map.of(part, name)));
    }

    /** Whether a part stands beside the encoder in a classifier. */
    public static boolean besideEncoder(Part part) {
        return part == Part.CLASSIFIER || part == Part.DISTILLATION_CLASSIFIER || part == Part.PROJECTION;
    }

    /** Name of a part; of one that no block has, whatever the block. */
    public String name(Part part, int block) {
        return part.inBlock() ? blocks + "." + block + "." + names.get(part) : names.get(part);
    }

    /** The name without what wraps a model in training ({@code base_model.model.}, {@code module.}, {@code _orig_mod.}, ...). */
    public static String unwrapped(String name) {
        Matcher wrappers = WRAPPERS.matcher(name);
        return wrappers.lookingAt() ? name.substring(wrappers.end()) : name;
    }

    /** The part that a module or tensor of that name is, without the end {@code .weight} or {@code .bias}. */
    public Optional<Found> parse(String name) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix)) {
                return inside(name.substring(prefix.length())).filter(found -> !besideEncoder(found.part()));
            }
        }
        return inside(name);
    }

    private Optional<Found> inside(String name) {
        int end = endOfBlock(name);
        boolean inBlock = end > 0;
        String own = inBlock ? name.substring(end + 1) : name;
        return names.entrySet().stream()
                .filter(each ->
                        each.getKey().inBlock() == inBlock && each.getValue().equals(own))
                .findFirst()
                .map(each -> new Found(
                        each.getKey(), inBlock ? Integer.parseInt(name.substring(blocks.length() + 1, end)) : 0));
    }

    /** Where the number of the block ends that a name begins with; 0 for a name of no block. */
    private int endOfBlock(String name) {
        if (!name.startsWith(blocks + ".")) {
            return 0;
        }
        int start = blocks.length() + 1;
        int end = start;
        while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
            end++;
        }
        boolean numbered = end > start && end <= start + 4 && name.startsWith(".", end);
        return numbered ? end : 0;
    }
}
