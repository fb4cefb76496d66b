package ham.merge.checkpoint;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One adaptable linear layer of a ViT, whatever a file calls it.
 *
 * @param block index of the transformer block, from 0
 * @param target which layer of the block
 */
public record LinearLayer(int block, Target target) {
    private static final Pattern PUBLISHED = Pattern.compile("(?:vit\\.)?encoder\\.layer\\.(\\d{1,4})\\.(.+)");
    private static final Pattern TRANSFORMERS_5 = Pattern.compile("(?:vit\\.)?layers\\.(\\d{1,4})\\.(.+)");

    /**
     * The layer that a module name means, under the names of published checkpoints
     * ({@code vit.encoder.layer.0.attention.attention.query}) or of transformers 5 ({@code vit.layers.0.attention.q_proj}).
     */
    public static Optional<LinearLayer> parse(String module) {
        Matcher published = PUBLISHED.matcher(module);
        Matcher recent = TRANSFORMERS_5.matcher(module);
        for (Target target : Target.values()) {
            if (published.matches() && published.group(2).equals(target.module())) {
                return Optional.of(new LinearLayer(Integer.parseInt(published.group(1)), target));
            }
            if (recent.matches() && recent.group(2).equals(target.recentModule())) {
                return Optional.of(new LinearLayer(Integer.parseInt(recent.group(1)), target));
            }
        }
        return Optional.empty();
    }
}
