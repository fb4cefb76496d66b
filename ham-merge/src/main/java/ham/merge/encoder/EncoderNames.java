package ham.merge.encoder;

import ham.merge.safetensors.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What one checkpoint calls the parts of its encoder. Where query, key and value are fused into one tensor, their names here are the published ones
 * and mean rows of that tensor.
 */
public final class EncoderNames {
    private final NamingScheme scheme;
    private final NamingScheme published;
    private final String wrapper;
    private final String prefix;

    private EncoderNames(NamingScheme scheme, NamingScheme published, String wrapper, String prefix) {
        this.scheme = scheme;
        this.published = published;
        this.wrapper = wrapper;
        this.prefix = prefix;
    }

    /**
     * The names of a file: the first scheme and prefix under which it has the layers of the first block.
     *
     * @param schemes the published one first
     * @return published names of a bare encoder where the file has none of them, so that a check finds what is missing
     */
    public static EncoderNames find(List<NamingScheme> schemes, Tensors tensors) {
        NamingScheme published = schemes.get(0);
        for (NamingScheme scheme : schemes) {
            for (String prefix :
                    Stream.concat(scheme.prefixes().stream(), Stream.of("")).toList()) {
                Optional<String> wrapper = wrapper(scheme, prefix, tensors);
                if (wrapper.isPresent()) {
                    return new EncoderNames(scheme, published, wrapper.get(), prefix);
                }
            }
        }
        return new EncoderNames(published, published, "", "");
    }

    /**
     * Names that are known.
     *
     * @param wrapper what stands before every name
     * @param prefix what the encoder is called in it, with its dot
     */
    public static EncoderNames of(NamingScheme scheme, NamingScheme published, String wrapper, String prefix) {
        return new EncoderNames(scheme, published, wrapper, prefix);
    }

    private static Optional<String> wrapper(NamingScheme scheme, String prefix, Tensors tensors) {
        List<String> wanted = new ArrayList<>();
        for (Part part : List.of(Part.QUERY, Part.QKV, Part.ATTENTION_OUTPUT, Part.NORM_BEFORE, Part.FC1)) {
            if (scheme.names().containsKey(part)) {
                wanted.add(prefix + scheme.name(part, 0) + ".weight");
            }
        }
        return tensors.names().stream()
                .filter(each -> NamingScheme.unwrapped(each).equals(wanted.get(0)))
                .map(each -> each.substring(0, each.length() - wanted.get(0).length()))
                .filter(wrapper -> wanted.stream().allMatch(each -> tensors.has(wrapper + each)))
                .findFirst();
    }

    /** How the library names them. */
    public NamingScheme scheme() {
        return scheme;
    }

    /** Whether the names are that library's. */
    public boolean are(NamingScheme other) {
        return scheme.equals(other);
    }

    /** Whether the library has such a part. */
    public boolean has(Part part) {
        return scheme.names().containsKey(part);
    }

    /** Name of a part: a tensor, or a module without its end; of one that no block has, whatever the block. */
    public String name(Part part, int block) {
        if (part.third() >= 0 && has(Part.QKV)) {
            return published.prefixes().stream().findFirst().orElse("") + published.name(part, block);
        }
        String own = scheme.name(part, block);
        return NamingScheme.besideEncoder(part) ? beside(own) : inside(own);
    }

    /** Name of a part that no block has. */
    public String name(Part part) {
        return name(part, 0);
    }

    /** Module that holds query, key and value of a block below each other; empty where they are modules of their own. */
    public Optional<String> fused(int block) {
        return has(Part.QKV) ? Optional.of(name(Part.QKV, block)) : Optional.empty();
    }

    /** Full name of what has a name of its own in the encoder. */
    public String inside(String own) {
        return wrapper + prefix + own;
    }

    /** Full name of what has a name of its own beside the encoder. */
    public String beside(String own) {
        return wrapper + own;
    }
}
