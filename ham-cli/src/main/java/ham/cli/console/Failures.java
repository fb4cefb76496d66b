package ham.cli.console;

import ham.common.HamException;

/** The one line that an error is to a user. */
public final class Failures {
    private Failures() {}

    /** A message without line breaks and without its last full stop. */
    public static String oneLine(String message) {
        return String.valueOf(message).replaceAll("\\s*\\R\\s*", " ").replaceFirst("\\.$", "");
    }

    /** Libraries advise by the names of parameters; here these are options. */
    private static String advice(String sentence) {
        return sentence.replace("force its replacement", "force its replacement (--force)")
                .replace("by on-bad-image skip", "by --on-bad-image skip")
                .replace(
                        "; give labels and preprocessing",
                        "; give labels (--labels) and preprocessing (--preprocessing)")
                .replaceAll("\\((force|resume|logits|output)\\)", "(--$1)");
    }

    /** What was expected, what was found, what to do; for an unexpected fault, how to learn more. */
    public static String sentence(Throwable failure) {
        if (failure instanceof HamException known) {
            return known.parameter().map(each -> "--" + each).orElse("")
                    + advice(oneLine(known.getMessage()
                            .substring(known.parameter().map(String::length).orElse(0))));
        }
        if (failure instanceof OutOfMemoryError) {
            return "ran out of memory (" + failure.getMessage()
                    + "); give the JVM more, for example HAM_OPTS=-Xmx12g, or use a smaller model";
        }
        return "a fault in ham itself (" + oneLine(failure.toString())
                + "); run again with --debug and report what it prints";
    }
}
