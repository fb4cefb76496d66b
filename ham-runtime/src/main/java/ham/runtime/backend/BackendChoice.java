package ham.runtime.backend;

import java.util.List;

/**
 * The best backend that works, and why no better one was taken.
 *
 * @param taken what works
 * @param passedOver what would have been better but does not work, best first
 */
public record BackendChoice(BackendStatus taken, List<BackendStatus> passedOver) {
    public BackendChoice {
        passedOver = List.copyOf(passedOver);
    }

    /** The backend that works. */
    public Backend backend() {
        return Backend.ofLabel(taken.name()).orElseThrow();
    }
}
