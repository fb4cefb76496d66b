package ham.common;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokenJsonTest {
    @Test
    void hintsForProgrammersAreLeftOut() {
        assertThat(
                        BrokenJson.problem(
                                "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"; line: 1, column: 1])"))
                .isEqualTo("Unexpected end-of-input: expected close marker for Object");
        assertThat(BrokenJson.problem(
                        "Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow"))
                .isEqualTo("Non-standard token 'NaN'");
    }

    @Test
    void theRestStaysInOneLine() {
        assertThat(BrokenJson.problem("Unexpected character ('}' (code 125)):\n was expecting a name"))
                .isEqualTo("Unexpected character ('}' (code 125)): was expecting a name");
    }
}
