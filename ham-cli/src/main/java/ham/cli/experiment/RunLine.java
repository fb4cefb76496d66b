package ham.cli.experiment;

import ham.cli.console.Usage;
import ham.cli.train.TrainOptions;
import ham.merge.plan.MergeParameter;
import ham.train.learn.LearningMethod;
import ham.train.config.RunConfig;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options of {@code train} as names and values, so that runs can be made from what was typed and what an experiment varies. */
@Command(name = "train")
public final class RunLine {
    /** What an experiment decides itself. */
    private static final Set<String> DECIDED = Set.of("order", "adapters", "frozen", "resume", "force");

    private static final String METHOD = "method";
    /** What differs between runs, and is an option of a variant only. */
    private static final Set<String> VARIED = Set.of(METHOD, "mode");

    private static final String GROUPS = "groups";

    @Mixin
    private TrainOptions train;

    private RunLine() {}

    private static CommandLine commandLine() {
        CommandLine line = new CommandLine(new RunLine());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(BigDecimal.class, Usage::decimal);
        return line;
    }

    /** Names of the options that a run of an experiment may have. */
    static Set<String> options() {
        return commandLine().getCommandSpec().options().stream()
                .map(RunLine::name)
                .filter(name -> !DECIDED.contains(name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Adds the options that hold for all runs of an experiment to its command. */
    public static void addTo(CommandSpec command) {
        commandLine().getCommandSpec().options().stream()
                .filter(option -> !DECIDED.contains(name(option)) && !VARIED.contains(name(option)))
                .forEach(command::addOption);
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }

    /** What was typed at a command that has options of {@code train}. */
    static Map<String, String> typed(CommandSpec command) {
        Set<String> known = options();
        Map<String, String> typed = new LinkedHashMap<>();
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
            if (known.contains(name(option))) {
                Object value = option.getValue();
                typed.put(
                        name(option),
                        value instanceof Boolean ? value.toString() : String.join(",", option.originalStringValues()));
            }
        }
        return typed;
    }

    /**
     * The configuration of a run.
     *
     * @param typed for all runs; merging parameters that the run's method does not use are left out
     * @param own of this run, before those that were typed
     * @throws ParameterException when a value is wrong
     */
    static RunConfig config(
            CommandSpec command, Path base, Path data, int tasks, Map<String, String> typed, Map<String, String> own) {
        Map<String, String> all = new LinkedHashMap<>(typed);
        all.keySet().removeAll(unused(own.getOrDefault(METHOD, LearningMethod.HAM.optionName())));
        all.putAll(own);
        CommandLine line = commandLine();
        try {
            line.parseArgs(all.entrySet().stream()
                    .map(option -> "--" + option.getKey() + "=" + option.getValue())
                    .toArray(String[]::new));
            RunLine parsed = line.getCommand();
            return parsed.train.config(line.getCommandSpec(), base, data, OptionalInt.of(tasks));
        } catch (ParameterException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private static Set<String> unused(String name) {
        return Stream.of(LearningMethod.values())
                .filter(method -> method.optionName().equals(name))
                .findFirst()
                .map(method -> MergeParameter.all().stream()
                        .filter(each -> !each.equals(MergeParameter.SEED) && !each.equals(MergeParameter.RANK))
                        .filter(each -> !each.methods().contains(method.merging())
                                || (method == LearningMethod.CAT_PRUNED
                                        && each.name().equals(GROUPS)))
                        .map(MergeParameter::name)
                        .collect(Collectors.toSet()))
                .orElse(Set.of());
    }
}
