package ham.job.export;

import java.util.Locale;

/** The folders that an export can be. */
public enum PackageKind {
    TRITON,
    TRITON_TENSORRT,
    ADAPTERS,
    PER_TASK,
    SHARED;

    /** Whether it holds the merged model, and not those of the tasks. */
    public boolean merged() {
        return this == TRITON || this == TRITON_TENSORRT;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
