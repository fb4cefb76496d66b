package ham.merge.encoder;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A family of encoders: which checkpoints belong to it, and how one is read.
 *
 * @param name in messages and tables: {@code dinov2}
 * @param types values of {@code model_type} in {@code config.json}
 * @param others whether a {@code config.json} with another {@code model_type}, or none, is of it too: one of timm's
 * @param schemes what the libraries that write such checkpoints call the parts, the published names first
 * @param reader reads a checkpoint; refuses what ham does not compute exactly with an {@link ham.merge.InputException} that says what was found
 */
public record EncoderFamily(
        String name,
        Set<String> types,
        Predicate<EncoderConfig> others,
        List<NamingScheme> schemes,
        Function<EncoderSource, Encoder> reader) {
    /** A family that only transformers writes. */
    public EncoderFamily(
            String name, Set<String> types, List<NamingScheme> schemes, Function<EncoderSource, Encoder> reader) {
        this(name, types, config -> false, schemes, reader);
    }

    /** Whether a {@code config.json} is of this family. */
    public boolean recognises(EncoderConfig config) {
        return types.contains(config.json().path("model_type").asText()) || others.test(config);
    }

    /**
     * Reads a checkpoint of this family.
     *
     * @throws ham.merge.InputException when it has something that ham does not compute exactly, with what was found
     */
    public Encoder read(EncoderSource source) {
        return reader.apply(source);
    }
}
