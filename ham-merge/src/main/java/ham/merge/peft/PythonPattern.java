package ham.merge.peft;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression in the syntax of Python's {@code re}, matched as Python would. What Java writes otherwise is translated; what has no
 * Java equal with the same meaning (references to groups, conditions, most inline flags, escapes beyond {@code \d \w \s \b \A \Z} and
 * punctuation) is refused. Texts are printable ASCII, where the character classes of the two languages agree.
 *
 * @see <a href="https://docs.python.org/3/library/re.html#regular-expression-syntax">Python's syntax</a>
 */
final class PythonPattern {
    private static final int LONGEST = 10_000;
    private static final int DEEPEST = 100;
    /** Far more than an honest expression needs for a module's name, and a fraction of a second for one that backtracks without end. */
    private static final int MOST_STEPS = 1_000_000;

    private final String expression;
    private final Pattern pattern;

    private PythonPattern(String expression, String translated) {
        this.expression = expression;
        try {
            this.pattern = Pattern.compile(translated);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription(), e);
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("it is too deeply nested", e);
        }
    }

    /**
     * An expression that describes a whole text, as {@code re.fullmatch}.
     *
     * @throws IllegalArgumentException when it is no expression, or cannot be translated
     */
    static PythonPattern whole(String expression) {
        return new PythonPattern(expression, new Translation(expression).result());
    }

    /**
     * An expression that describes the end of a module's path, from the beginning of one of its names on: {@code (.*\.)?(EXPRESSION)$}.
     *
     * @throws IllegalArgumentException when it is no expression, or cannot be translated
     */
    static PythonPattern pathEnd(String expression) {
        return new PythonPattern(expression, "(?:.*\\.)?(?:" + new Translation(expression).result() + ")");
    }

    /**
     * Whether the expression describes {@code text}.
     *
     * @throws IllegalArgumentException when that takes too long to find out
     */
    boolean matches(String text) {
        try {
            return pattern.matcher(new CountedText(text, new int[1])).matches();
        } catch (StackOverflowError e) {
            throw new IllegalArgumentException("'" + expression + "' is too deeply nested for '" + text + "'", e);
        }
    }

    /** A text that counts how often it is looked at. */
    @SuppressWarnings("ArrayRecordComponent")
    private record CountedText(String text, int[] steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            if (++steps[0] > MOST_STEPS) {
                throw new IllegalArgumentException("an expression takes too long to match '" + text + "'");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new CountedText(text.substring(start, end), steps);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** One pass from Python's syntax to Java's. */
    private static final class Translation {
        private static final Pattern REPETITION = Pattern.compile("\\{(\\d{0,4})(,?)(\\d{0,4})\\}.*", Pattern.DOTALL);

        private final String source;
        private final StringBuilder out = new StringBuilder();
        private int at;
        private int depth;

        Translation(String source) {
            if (source.length() > LONGEST) {
                throw new IllegalArgumentException("it is longer than " + LONGEST + " characters");
            }
            this.source = source;
        }

        String result() {
            while (at < source.length()) {
                switch (source.charAt(at)) {
                    case '\\' -> escape("dDwWsSbBAZ");
                    case '[' -> characterClass();
                    case '(' -> group();
                    case ')' -> {
                        depth--;
                        copy(1);
                    }
                    case '{' -> repetition();
                    default -> copy(1);
                }
                if (depth < 0 || depth > DEEPEST) {
                    throw new IllegalArgumentException(
                            depth < 0 ? "a parenthesis closes nothing" : "it is too deeply nested");
                }
            }
            return out.toString();
        }

        private void copy(int length) {
            out.append(source, at, at + length);
            at += length;
        }

        private void escape(String letters) {
            if (at + 1 == source.length()) {
                throw new IllegalArgumentException("it ends in a backslash");
            }
            char escaped = source.charAt(at + 1);
            if (Character.isLetterOrDigit(escaped) && letters.indexOf(escaped) < 0) {
                throw new IllegalArgumentException("\\" + escaped + " is not supported");
            }
            // Python's \Z is the very end, which is Java's \z.
            out.append('\\').append(escaped == 'Z' ? 'z' : escaped);
            at += 2;
        }

        private void characterClass() {
            copy(source.startsWith("[^", at) ? 2 : 1);
            if (source.startsWith("]", at)) {
                throw new IllegalArgumentException("[] is not supported; write \\] for a bracket");
            }
            while (at < source.length() && source.charAt(at) != ']') {
                switch (source.charAt(at)) {
                    case '\\' -> escape("dDwWsS");
                    // In Java these nest and intersect classes; in Python they stand for themselves.
                    case '[', '&' -> {
                        out.append('\\');
                        copy(1);
                    }
                    default -> copy(1);
                }
            }
            if (at == source.length()) {
                throw new IllegalArgumentException("a bracket is not closed");
            }
            copy(1);
        }

        private void group() {
            depth++;
            if (!source.startsWith("(?", at)) {
                copy(1);
            } else if (source.startsWith("(?P<", at) && source.indexOf('>', at) > 0) {
                // A name matters to references only, which are refused.
                at = source.indexOf('>', at) + 1;
                out.append('(');
            } else if (source.startsWith("(?i)", at) && at == 0) {
                depth--;
                copy(4);
            } else {
                for (String opening : new String[] {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:"}) {
                    if (source.startsWith(opening, at)) {
                        copy(opening.length());
                        return;
                    }
                }
                throw new IllegalArgumentException(
                        "'" + source.substring(at, Math.min(at + 4, source.length())) + "' is not supported");
            }
        }

        private void repetition() {
            var matcher = REPETITION.matcher(source).region(at, source.length());
            boolean any = matcher.matches()
                    && !(matcher.group(1).isEmpty() && matcher.group(3).isEmpty());
            if (!any || (matcher.group(2).isEmpty() && !matcher.group(3).isEmpty())) {
                // Not a count: Python takes the brace for itself.
                out.append("\\{");
                at++;
                return;
            }
            out.append('{').append(matcher.group(1).isEmpty() ? "0" : matcher.group(1));
            out.append(matcher.group(2)).append(matcher.group(3)).append('}');
            at = matcher.end(3) + 1;
        }
    }
}
