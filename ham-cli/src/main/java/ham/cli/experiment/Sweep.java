package ham.cli.experiment;

import ham.cli.console.ExitCode;
import ham.cli.console.Console;
import ham.cli.console.Usage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An experiment that trains ham with several values of one option.
 *
 * @param kind the experiment's name
 * @param description a sentence for the report
 * @param option which varies, without dashes; a run is called {@code OPTION-VALUE}
 * @param tasks unless {@code --tasks} says otherwise
 */
record Sweep(String kind, String description, String option, int tasks) {
    /** Does the experiment. */
    int run(Console console, ExperimentOptions options, List<String> values) {
        Map<String, Map<String, String>> runs = new LinkedHashMap<>();
        Usage.distinct(console.spec(), "--values", values)
                .forEach(value -> runs.put(option + "-" + value, Map.of(option, value)));
        return options.run(console, kind, description, options.plan(console.spec(), tasks, runs));
    }
}
