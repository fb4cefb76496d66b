package ham.merge.peft;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.function.Predicate;

/**
 * A regular expression of Python's {@code re}, matched by RE2, whose syntax is Python's but for what it leaves out: assertions ahead and
 * behind, references to groups, conditions. These are refused, and so is what the two read differently. RE2 takes time linear in the text,
 * whatever the expression. Texts are printable ASCII, where the character classes of the two agree.
 *
 * @see <a href="https://docs.python.org/3/library/re.html#regular-expression-syntax">Python's syntax</a>
 * @see <a href="https://github.com/google/re2/wiki/Syntax">RE2's syntax</a>
 */
final class PythonPattern {
    private static final int LONGEST = 10_000;
    private static final int MOST_GROUPS = 500;

    /** What RE2 reads as something else, or Python not at all. */
    private static final java.util.regex.Pattern READ_DIFFERENTLY =
            java.util.regex.Pattern.compile("\\[:|\\[\\^?\\]|\\\\[pPQECz]|(?<!^)\\(\\?[a-zA-Z]+\\)|\\(\\?[a-zA-Z]*U");

    private PythonPattern() {}

    /**
     * Whether a whole text is what an expression describes, as {@code re.fullmatch}.
     *
     * @throws IllegalArgumentException when it is no expression, or RE2 cannot match it as Python does
     */
    static Predicate<String> whole(String expression) {
        return compiled(expression, expression);
    }

    /**
     * Whether the end of a module's path, from the beginning of one of its names on, is what an expression describes:
     * {@code (.*\.)?(EXPRESSION)$}.
     *
     * @throws IllegalArgumentException as {@link #whole}
     */
    static Predicate<String> pathEnd(String expression) {
        return compiled(expression, "(?:.*\\.)?(?:" + expression + ")");
    }

    private static Predicate<String> compiled(String expression, String whole) {
        if (expression.length() > LONGEST) {
            throw new IllegalArgumentException("it is longer than " + LONGEST + " characters");
        }
        if (expression.chars().filter(each -> each == '(').count() > MOST_GROUPS) {
            throw new IllegalArgumentException("it has more than " + MOST_GROUPS + " groups");
        }
        java.util.regex.Matcher different = READ_DIFFERENTLY.matcher(expression);
        if (different.find()) {
            throw new IllegalArgumentException("RE2 does not read '" + different.group() + "' as Python does");
        }
        try {
            Pattern.compile(spelled(expression));
            return Pattern.compile(spelled(whole))::matches;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    e.getDescription() + (e.getPattern() == null ? "" : ": '" + e.getPattern() + "'"), e);
        }
    }

    /** Python's end of text, and counts from 0, as RE2 spells them. */
    private static String spelled(String expression) {
        return expression
                .replaceAll("(?<!\\\\)((?:\\\\\\\\)*)\\\\Z", "$1\\\\z")
                .replaceAll("(?<!\\\\)((?:\\\\\\\\)*)\\{,(\\d+)\\}", "$1{0,$2}");
    }
}
