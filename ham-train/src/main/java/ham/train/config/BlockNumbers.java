package ham.train.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The adapted blocks as records have them: a list of numbers, or the word {@code all}.
 *
 * @param numbers from 0; empty for all
 */
record BlockNumbers(List<Integer> numbers) {
    private static final String ALL = "all";

    BlockNumbers {
        numbers = List.copyOf(numbers);
    }

    /** Of a record, or of text with commas. */
    @JsonCreator
    static BlockNumbers of(JsonNode value) {
        List<Integer> numbers = new ArrayList<>();
        if (value.isArray()) {
            for (JsonNode each : value) {
                if (!each.canConvertToInt() || !each.isIntegralNumber()) {
                    throw new IllegalArgumentException("expected block numbers, found " + value);
                }
                numbers.add(each.intValue());
            }
        } else if (!value.asText().equals(ALL)) {
            for (String each : value.asText().split(",", -1)) {
                numbers.add(Integer.valueOf(each.strip()));
            }
        }
        return new BlockNumbers(numbers);
    }

    @JsonValue
    Object value() {
        return numbers.isEmpty() ? ALL : numbers;
    }
}
