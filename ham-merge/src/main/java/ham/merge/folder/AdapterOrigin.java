package ham.merge.folder;

import java.util.Optional;

/**
 * What PEFT's files say of an adapter besides its deltas.
 *
 * @param base what its trainer called the base ({@code base_model_name_or_path})
 * @param classifier path of the classifier that was saved along
 */
public record AdapterOrigin(Optional<String> base, Optional<String> classifier) {
    /** Nothing. */
    public static final AdapterOrigin UNKNOWN = new AdapterOrigin(Optional.empty(), Optional.empty());
}
