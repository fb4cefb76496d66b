package ham.merge.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonPatternTest {
    /** The last column is what {@code re.fullmatch} answers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
            a.c;abc;true
            a\\.c;abc;false
            a{,2};aa;true
            a{,2};aaa;false
            a{2,};aaa;true
            a{x};a{x};true
            a{};a{};true
            a{;a{;true
            [[a];[;true
            [a&&b];&;true
            [^a-c\\]];];false
            [^a-c\\]];d;true
            (?P<n>a)b;ab;true
            (?i)AB;ab;true
            (?i:A)B;ab;false
            (?i:A)B;aB;true
            a(?=b).;ab;true
            (?<!x)ab\\Z;ab;true
            (?>a+)b;aab;true
            };};true
            ];];true
            """)
    void matchesAsPythonDoes(String expression, String text, boolean expected) {
        assertThat(PythonPattern.whole(expression).matches(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a)\\1", "(?P=n)", "(?(1)a|b)", "(?x)a b", "a(?i)b", "\\p{L}", "\\Qa\\E", "\\x41", "\\n", "[]a]",
                        "[^]a]",
                "(", ")", "a)(b", "[a", "*", "a\\", "(?", "(?P<n", "[\\b]", "(?#note)", "[b-a]"
            })
    void whatHasNoEqualInJavaIsRefused(String expression) {
        assertThatThrownBy(() -> PythonPattern.whole(expression)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PythonPattern.pathEnd(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neitherLengthNorDepthNorBacktrackingGoesWithoutEnd() {
        assertThatThrownBy(() -> PythonPattern.whole("a".repeat(10_001))).hasMessageContaining("longer than 10000");
        assertThatThrownBy(() -> PythonPattern.whole("(".repeat(4000) + ")".repeat(4000)))
                .hasMessageContaining("too deeply nested");
        assertThat(PythonPattern.whole("(?:a?)".repeat(1600)).matches("a".repeat(500)))
                .isTrue();
        PythonPattern endless = PythonPattern.whole(".*".repeat(9) + "b");
        assertThatThrownBy(() -> endless.matches("a".repeat(100))).hasMessageContaining("takes too long to match");
    }
}
