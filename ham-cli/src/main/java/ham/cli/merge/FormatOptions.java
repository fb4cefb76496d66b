package ham.cli.merge;

import ham.cli.console.Failures;
import ham.cli.console.Usage;
import ham.merge.InputException;
import ham.merge.folder.PeftMerge;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
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

    /** Whether the output is a PEFT adapter. */
    boolean peft(CommandSpec spec) {
        if (format != null) {
            Usage.choose(spec, "--as", format, new String[] {PEFT}, String::toString);
        }
        return format != null;
    }

    /**
     * The rank that the output is cut to, empty when none was typed.
     *
     * @param settings of the merge; where svd was typed with its rank, this is no other
     */
    OptionalInt rank(CommandSpec spec, MergeSettings settings) {
        ParseResult parsed = spec.commandLine().getParseResult();
        boolean ofMethod = settings.method() == MergeMethod.SVD && !parsed.hasMatchedOption("--onto");
        if (ofMethod || !parsed.hasMatchedOption("--rank")) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(parsed.matchedOptionValue("--rank", 0));
    }

    /** Checks that a merge can be a PEFT adapter of the rank that was typed. */
    void check(CommandSpec spec, MergeSettings settings) {
        try {
            PeftMerge.check(settings, rank(spec, settings));
        } catch (InputException e) {
            throw new ParameterException(spec.commandLine(), Failures.sentence(e), e);
        }
    }
}
