package ham.serve.rest;

import ham.serve.protocol.Deadline;
import ham.serve.protocol.ServeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a request, an input or an output.
 *
 * @param values texts, {@code Long}, {@code Double} or {@code Boolean}
 */
record RequestParameters(Map<String, Object> values) {
    static final RequestParameters NONE = new RequestParameters(Map.of());

    Optional<String> text(String key) {
        return value(key, String.class, "a text");
    }

    Optional<Long> number(String key) {
        return value(key, Long.class, "a whole number");
    }

    Optional<Boolean> flag(String key) {
        return value(key, Boolean.class, "true or false");
    }

    /** Triton's {@code timeout} in microseconds. */
    Deadline deadline() {
        return number("timeout")
                .filter(micros -> micros > 0)
                .map(micros -> Deadline.in(Duration.of(Math.min(micros, 86_400_000_000L), ChronoUnit.MICROS)))
                .orElse(Deadline.NONE);
    }

    private <T> Optional<T> value(String key, Class<T> type, String expected) {
        Object value = values.get(key);
        if (value != null && !type.isInstance(value)) {
            throw ServeException.invalid(
                    "Expected the parameter " + key + " to be " + expected + ", found " + value + ".");
        }
        return Optional.ofNullable(type.cast(value));
    }
}
