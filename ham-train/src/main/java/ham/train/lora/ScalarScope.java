package ham.train.lora;

import java.util.Locale;

/** What one importance scalar weighs. */
public enum ScalarScope {
    /** One scalar an adapter or group, for all of its layers. */
    SHARED,
    /** One scalar for every layer that an adapter or a group changes. */
    PER_LAYER;

    /** The name that options use: {@code shared}, {@code per-layer}. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
