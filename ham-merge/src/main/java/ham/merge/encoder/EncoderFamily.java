package ham.merge.encoder;

import java.util.List;

/** A family of encoders: which checkpoints belong to it, and how one is read. */
public interface EncoderFamily {
    /** Its name in messages and tables: {@code dinov2}. */
    String name();

    /** Whether a {@code config.json} is of this family; nothing else of it is looked at. */
    boolean recognises(ConfigReader config);

    /** What the libraries that write such checkpoints call the parts, the published names first. */
    List<NamingScheme> schemes();

    /**
     * Reads a checkpoint of this family.
     *
     * @throws ham.merge.InputException when it has something that ham does not compute exactly, with what was found
     */
    Encoder read(EncoderSource source);
}
