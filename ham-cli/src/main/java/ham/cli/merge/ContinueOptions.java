package ham.cli.merge;

import ham.merge.folder.AdapterFolder;
import ham.merge.folder.ContinuedMerge;
import ham.merge.folder.StoredMerge;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options of a merge that goes on from an earlier one. */
final class ContinueOptions {
    /** What may stand beside {@code --onto}: all that does not change how the earlier merge was made. */
    private static final Set<String> ALLOWED = Set.of(
            "--onto",
            "--without",
            "--out",
            "--as",
            "--alpha",
            "--weight",
            "--base",
            "--dry-run",
            "--force",
            "--json",
            "--debug");

    @Option(
            names = "--onto",
            paramLabel = "MERGED",
            description = "Continue an earlier merge with its recorded method and parameters: the given adapters come"
                    + " after its own. The result is the same, bit for bit, as a merge from the start; --alpha and"
                    + " --weight are those of the new adapters.")
    private Path onto;

    @Option(
            names = "--without",
            paramLabel = "ADAPTER",
            description = "With --onto: take an adapter of the earlier merge out, by its name. Repeatable.")
    private List<String> without = List.of();

    /** The earlier merge, empty when this one begins anew. */
    Optional<Path> onto() {
        return Optional.ofNullable(onto);
    }

    /**
     * Checks the options beside these.
     *
     * @param added how many adapters are given
     * @throws ParameterException when an option or argument is missing or cannot be combined
     */
    void check(CommandSpec spec, int added) {
        ParseResult parsed = spec.commandLine().getParseResult();
        if (onto == null) {
            if (!without.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--without: expected --onto MERGED, which the adapter is in, found none");
            }
            return;
        }
        for (OptionSpec option : parsed.matchedOptions()) {
            String name = option.longestName();
            boolean rankOfPeft = name.equals("--rank") && parsed.hasMatchedOption("--as");
            if (!ALLOWED.contains(name) && !rankOfPeft) {
                throw new ParameterException(
                        spec.commandLine(),
                        name + ": expected an option that leaves the recorded parameters of --onto as they are; leave "
                                + name + " out, or merge the adapters anew");
            }
        }
        if (added == 0 && without.isEmpty() && !parsed.hasMatchedOption("--as")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--onto: expected adapters to add, --without ADAPTER or --as peft, found none of them");
        }
    }

    /**
     * The merge that goes on.
     *
     * @param added folders of new adapters, which get names that the earlier ones do not have
     * @throws ham.merge.InputException when the earlier merge cannot be read, or has no such adapter
     */
    ContinuedMerge merge(CommandSpec spec, List<Path> added) {
        StoredMerge stored = StoredMerge.open(onto);
        ParseResult parsed = spec.commandLine().getParseResult();
        boolean ham = stored.settings().method() == MergeMethod.HAM;
        String other = ham ? "--weight" : "--alpha";
        if (parsed.hasMatchedOption(other)) {
            throw new ParameterException(
                    spec.commandLine(),
                    other + ": expected " + (ham ? "--alpha" : "--weight") + " with the method "
                            + stored.settings().method().optionName() + " of " + onto + ", found " + other);
        }
        Set<String> taken = stored.adapters().stream()
                .map(each -> each.adapter().name())
                .filter(name -> !without.contains(name))
                .collect(Collectors.toSet());
        List<String> names = AdapterFolder.names(added, taken);
        return ContinuedMerge.of(
                stored,
                without,
                IntStream.range(0, added.size())
                        .mapToObj(i -> AdapterFolder.read(added.get(i), names.get(i)))
                        .toList(),
                Importance.each(parsed.matchedOptionValue(ham ? "--alpha" : "--weight", List.<Double>of())));
    }
}
