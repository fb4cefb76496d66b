package ham.train.lora;

import java.util.Locale;

/** Where the A of a new adapter comes from. B begins at zero in either case. */
public enum Initialisation {
    /** Every task draws an A of its own, from (seed, task). */
    OWN,
    /** All tasks begin with the same A, drawn from the seed alone, so that adapters of like tasks stay alike. */
    SHARED;

    /** The name that options use. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
