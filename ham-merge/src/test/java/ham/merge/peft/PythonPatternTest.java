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
            ab\\Z;ab;true
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
            };};true
            ];];true
            """)
    void matchesAsPythonDoes(String expression, String text, boolean expected) {
        assertThat(PythonPattern.whole(expression).test(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a)\\1",
                "(?P=n)",
                "(?(1)a|b)",
                "(?x)a b",
                "a(?i)b",
                "\\p{L}",
                "\\Qa\\E",
                "[]a]",
                "[^]a]",
                "(",
                ")",
                "a)(b",
                "[a",
                "*",
                "a\\",
                "(?",
                "(?P<n",
                "[\\b]",
                "(?#note)",
                "[b-a]",
                "a(?=b).",
                "(?<!x)ab",
                "(?>a+)b",
                "[[:alpha:]]",
                "(?U)a"
            })
    void whatRe2LeavesOutOrReadsDifferentlyIsRefused(String expression) {
        assertThatThrownBy(() -> PythonPattern.whole(expression)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PythonPattern.pathEnd(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neitherLengthNorDepthNorBacktrackingGoesWithoutEnd() {
        assertThatThrownBy(() -> PythonPattern.whole("a".repeat(10_001))).hasMessageContaining("longer than 10000");
        assertThatThrownBy(() -> PythonPattern.whole("(".repeat(4000) + ")".repeat(4000)))
                .hasMessageContaining("more than 500 groups");
        assertThat(PythonPattern.whole("(?:a?)".repeat(100)).test("a".repeat(50)))
                .isTrue();
        assertThat(PythonPattern.whole(".*".repeat(9) + "b").test("a".repeat(100)))
                .isFalse();
    }
}
