package ham.export.bake.base;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place in a ViT that a tensor's or a node's name tells.
 *
 * @param block index of the transformer block
 * @param part the linear layer; empty if the name says no more than the block
 */
public record LayerName(int block, Optional<LinearLayer> part) {

    private static final Pattern BLOCK =
            Pattern.compile("(?:encoder\\.layer|layers|blocks)\\.(\\d{1,4})(?![\\w])(?:\\.([\\w.]+))?");

    /** The most exact place in a text, the last of equally exact ones; a path's steps are separated by dots. */
    public static Optional<LayerName> find(String text) {
        Matcher matcher = BLOCK.matcher(text);
        LayerName found = null;
        while (matcher.find()) {
            Optional<LinearLayer> part = Optional.ofNullable(matcher.group(2)).flatMap(LinearLayer::of);
            if (found == null || part.isPresent() || found.part().isEmpty()) {
                found = new LayerName(Integer.parseInt(matcher.group(1)), part);
            }
        }
        return Optional.ofNullable(found);
    }

    /** The place without a dtype of parameter: {@code block 3, query}. */
    String text() {
        return "block " + block
                + part.map(each -> ", " + each.name().toLowerCase(Locale.ROOT)).orElse("");
    }
}
