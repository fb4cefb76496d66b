package ham.export.bake.base;

import ham.merge.checkpoint.LayerName;
import ham.merge.encoder.Part;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The place in a ViT that a tensor's or a node's name tells, as far as it tells one ({@link LayerName} tells whole names only).
 *
 * @param block index of the transformer block
 * @param part the linear layer; empty if the name says no more than the block
 */
public record LayerPlace(int block, Optional<Part> part) {

    private static final Set<Part> LINEAR = EnumSet.range(Part.QKV, Part.FC2);

    /** The most exact place in a text, the last of equally exact ones; a path's steps are separated by dots. */
    public static Optional<LayerPlace> find(String text) {
        Optional<LayerPlace> layer = LayerName.find(text)
                .filter(name -> LINEAR.contains(name.part()))
                .map(name -> new LayerPlace(name.block(), Optional.of(name.part())));
        return layer.or(() -> LayerName.findBlock(text).map(block -> new LayerPlace(block, Optional.empty())));
    }

    /** The place in words: {@code block 3, query}. */
    String text() {
        return "block " + block
                + part.map(each -> ", " + each.name().toLowerCase(Locale.ROOT)).orElse("");
    }
}
