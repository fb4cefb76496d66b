package ham.merge.checkpoint;

import ham.merge.encoder.NamingScheme;
import ham.merge.encoder.Part;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which part of a model a name means, whichever library gave it: the one resolver of layer names. What wraps a model in training is passed
 * over ({@code base_model.model.}, {@code module.}, {@code _orig_mod.}, {@code timm_model.}, ...).
 *
 * @param part what it is
 * @param block index of the transformer block, 0 for what is in none
 */
public record LayerName(Part part, int block) {
    private static final Pattern BLOCK = Pattern.compile(EncoderFamilies.SCHEMES.stream()
                    .map(scheme -> Pattern.quote(scheme.blocks()))
                    .collect(Collectors.joining("|", "(", ")"))
            + "\\.(\\d{1,4})(?![\\w])(?:\\.([\\w.]+))?");

    /**
     * The part that the name of a module, weight or bias means: {@code vit.encoder.layer.0.attention.attention.query} of published
     * checkpoints, {@code vit.layers.0.attention.q_proj.weight} of transformers 5 or {@code blocks.0.attn.proj.bias} of timm.
     */
    public static Optional<LayerName> parse(String name) {
        String module = module(unwrapped(name));
        return EncoderFamilies.SCHEMES.stream()
                .flatMap(scheme -> scheme.parse(module).stream())
                .findFirst()
                .map(found -> new LayerName(found.part(), found.block()));
    }

    /**
     * The name that a weight or bias has in the model that another name is of: in the same library's spelling, behind the same beginning.
     *
     * @param example name of a weight of that model
     * @return empty when one of the names is none that is known, or the library has no such part
     */
    public static Optional<String> like(String example, String name) {
        String own = unwrapped(example);
        String wrapper = example.substring(0, example.length() - own.length());
        String end = name.endsWith(".bias") ? ".bias" : ".weight";
        for (NamingScheme scheme : EncoderFamilies.SCHEMES) {
            if (scheme.parse(module(own)).isPresent()) {
                String prefix = scheme.prefixes().stream()
                        .filter(own::startsWith)
                        .findFirst()
                        .orElse("");
                return parse(name)
                        .filter(layer -> scheme.names().containsKey(layer.part()))
                        .map(layer -> wrapper
                                + (NamingScheme.besideEncoder(layer.part()) ? "" : prefix)
                                + scheme.name(layer.part(), layer.block())
                                + end);
            }
        }
        return Optional.empty();
    }

    /**
     * What a tensor is, whatever library or class of model named it: equal for names of one tensor, in a bare encoder ({@code
     * encoder.layer.0.…}), a classifier ({@code vit.encoder.layer.0.…}) or a model that was saved in training.
     */
    public static String meaning(String tensor) {
        String own = unwrapped(tensor);
        String bare = EncoderFamilies.SCHEMES.stream()
                .flatMap(scheme -> scheme.prefixes().stream())
                .filter(own::startsWith)
                .findFirst()
                .map(prefix -> own.substring(prefix.length()))
                .orElse(own);
        String module = module(bare);
        return parse(bare).map(layer -> layer + bare.substring(module.length())).orElse(bare);
    }

    /** The name without what wraps a model in training. */
    public static String unwrapped(String name) {
        return NamingScheme.unwrapped(name);
    }

    /** The name of a weight or bias without its end. */
    static String module(String name) {
        int end = name.lastIndexOf('.');
        return name.endsWith(".weight") || name.endsWith(".bias") ? name.substring(0, end) : name;
    }

    /**
     * The layer of a block that a text tells of, as the names of a graph's nodes and initializers do: the last that leads to a known part.
     * A path's steps are separated by dots.
     */
    public static Optional<LayerName> find(String text) {
        Matcher matcher = BLOCK.matcher(text);
        Optional<LayerName> found = Optional.empty();
        while (matcher.find()) {
            String path = matcher.group(3) == null ? "" : matcher.group(3);
            Optional<Part> part = within(path);
            if (part.isPresent()) {
                found = Optional.of(new LayerName(part.get(), Integer.parseInt(matcher.group(2))));
            }
        }
        return found;
    }

    /** The number of the last block that a text tells of, whether or not it tells of a layer. */
    public static Optional<Integer> findBlock(String text) {
        Matcher matcher = BLOCK.matcher(text);
        Optional<Integer> found = Optional.empty();
        while (matcher.find()) {
            found = Optional.of(Integer.valueOf(matcher.group(2)));
        }
        return found;
    }

    /** The part of a block that a path inside the block leads to or through. */
    private static Optional<Part> within(String path) {
        return EncoderFamilies.SCHEMES.stream()
                .flatMap(scheme -> scheme.names().entrySet().stream())
                .filter(each -> each.getKey().inBlock()
                        && (path.equals(each.getValue()) || path.startsWith(each.getValue() + ".")))
                .map(each -> each.getKey())
                .findFirst();
    }

    /** The layer in words: {@code block 3, query}. */
    @Override
    public String toString() {
        String name = part.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return part.inBlock() ? "block " + block + ", " + name : name;
    }
}
