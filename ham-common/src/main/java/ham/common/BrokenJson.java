package ham.common;

import java.util.regex.Pattern;

/** What Jackson says of a broken text, as a user should read it. */
public final class BrokenJson {
    /** Features of the parser to switch on, and where in a buffer the object began that did not end. */
    private static final Pattern FOR_PROGRAMMERS = Pattern.compile("(: enable| \\(start marker at) .*");

    private BrokenJson() {}

    /**
     * The problem alone, in one line.
     *
     * @param message the message of the parser, without its place in the text ({@code getOriginalMessage}), which may be null
     */
    public static String problem(String message) {
        return FOR_PROGRAMMERS
                .matcher(String.valueOf(message).replaceAll("\\s+", " "))
                .replaceFirst("");
    }
}
