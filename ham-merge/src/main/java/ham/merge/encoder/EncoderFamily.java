package ham.merge.encoder;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A family of encoders: which checkpoints belong to it, and how one is read.
 *
 * @param name in messages and tables: {@code dinov2}
 * @param types values of {@code model_type} in {@code config.json}; nothing else of it is looked at
 * @param schemes what the libraries that write such checkpoints call the parts, the published names first
 * @param reader reads a checkpoint; refuses what ham does not compute exactly with an {@link ham.merge.InputException} that says what was found
 */
public record EncoderFamily(
        String name, Set<String> types, List<NamingScheme> schemes, Function<EncoderSource, Encoder> reader) {
    /** Whether a {@code config.json} is of this family. */
    public boolean recognises(EncoderConfig config) {
        return types.contains(config.json().path("model_type").asText());
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
