package ham.cli;

import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What a merge is written as. */
final class FormatOptions {
    private static final String PEFT = "peft";

    @Option(
            names = "--as",
            paramLabel = "FORMAT",
            description = "Write a peft adapter in place of a merge folder: exact, its rank the sum of all ranks; with"
                    + " --rank, cut to that rank by SVD, and the lost energy is reported.")
    private String format;

    @Option(names = "--rank", paramLabel = "R", description = "With --as peft: largest rank of a delta.")
    private Integer rank;

    /** Whether the output is a PEFT adapter. */
    boolean peft(CommandSpec spec) {
        if (format != null) {
            Usage.choose(spec, "--as", format, new String[] {PEFT}, String::toString);
        }
        return format != null;
    }

    /** The rank that was typed, empty when none was. */
    OptionalInt rank(CommandSpec spec) {
        ParseResult parsed = spec.commandLine().getParseResult();
        if (!parsed.hasMatchedOption("--rank")) {
            return OptionalInt.empty();
        }
        int typed = parsed.matchedOptionValue("--rank", 0);
        if (typed < 1) {
            throw new ParameterException(spec.commandLine(), "--rank: expected at least 1, found " + typed);
        }
        return OptionalInt.of(typed);
    }
}
