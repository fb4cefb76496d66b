package ham.merge.folder;

import ham.merge.adapter.AdapterSource;
import ham.merge.record.OwnNames;
import java.util.Optional;

/**
 * What PEFT's files say of an adapter besides its deltas.
 *
 * @param base what its trainer called the base ({@code base_model_name_or_path})
 * @param classifier path of the classifier that was saved along
 * @param pooler whether a pooler was saved along, of which nobody has told yet that no classifier reads it
 */
public record AdapterOrigin(Optional<String> base, Optional<String> classifier, boolean pooler) {
    /** Nothing. */
    public static final AdapterOrigin UNKNOWN = new AdapterOrigin(Optional.empty(), Optional.empty(), false);

    /** As a merge recorded it. */
    static AdapterOrigin of(OwnNames names) {
        return new AdapterOrigin(Optional.ofNullable(names.base()), Optional.ofNullable(names.classifier()), false);
    }

    /** The same on a base that does not read the pooler. */
    AdapterOrigin withoutPooler() {
        return new AdapterOrigin(base, classifier, false);
    }

    /** For the record of a merge with an adapter of this origin. */
    OwnNames names(AdapterSource adapter) {
        String first = adapter.layers().isEmpty() ? null : adapter.layers().firstKey();
        String own = first == null ? null : adapter.ownName(first);
        return new OwnNames(own == null || own.equals(first) ? null : own, base.orElse(null), classifier.orElse(null));
    }
}
