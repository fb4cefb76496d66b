package ham.runtime.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTreeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "-1.5e3",
                "9007199254740993",
                "123456789012345678901234567890",
                "{\"a\": [1, 2.5, {\"b\": null}], \"c\": \"d\\u00e9\", \"e\": true, \"f\": false, \"a\": {}}"
            })
    void agreesWithJacksonsMapper(String text) throws JsonProcessingException {
        assertThat(JsonTree.parse(text)).isEqualTo(new ObjectMapper().readTree(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"a\"", "[1,", "{} {}", "1 2", "nul", "{\"a\": 1,}", "\"open"})
    void refusesWhatIsNoJson(String text) {
        assertThatThrownBy(() -> JsonTree.parse(text)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> JsonTree.parse("[".repeat(100_000))).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void findsNothingInABlankText() throws JsonProcessingException {
        assertThat(JsonTree.parse(" ").isMissingNode()).isTrue();
    }
}
