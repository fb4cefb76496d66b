package ham.merge.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One adaptable linear layer of a ViT, whatever a file calls it.
 *
 * @param block index of the transformer block, from 0
 * @param target which layer of the block
 */
public record LinearLayer(int block, Target target) {
    /** How a scheme begins its names, and what it calls the layers of a block. */
    private static final Map<Pattern, Function<Target, String>> SCHEMES = Map.of(
            Pattern.compile("(?:vit\\.|deit\\.)?encoder\\.layer\\.(\\d{1,4})\\.(.+)"), Target::module,
            Pattern.compile("(?:vit\\.|deit\\.)?layers\\.(\\d{1,4})\\.(.+)"), Target::recentModule,
            Pattern.compile("blocks\\.(\\d{1,4})\\.(.+)"), Target::timmModule);

    /**
     * The layer that a module name means, under the names of published checkpoints
     * ({@code vit.encoder.layer.0.attention.attention.query}), of transformers 5 ({@code vit.layers.0.attention.q_proj}) or of timm
     * ({@code blocks.0.attn.proj}; its fused qkv is no single layer).
     */
    public static Optional<LinearLayer> parse(String module) {
        for (Map.Entry<Pattern, Function<Target, String>> scheme : SCHEMES.entrySet()) {
            Matcher matcher = scheme.getKey().matcher(module);
            if (matcher.matches()) {
                for (Target target : Target.values()) {
                    if (matcher.group(2).equals(scheme.getValue().apply(target))) {
                        return Optional.of(new LinearLayer(Integer.parseInt(matcher.group(1)), target));
                    }
                }
            }
        }
        return Optional.empty();
    }
}
