package ham.report.record;

import java.util.List;
import java.util.Map;

/**
 * What a page shows of {@code run.json}.
 *
 * @param configuration by parameter
 * @param environment versions and machine
 * @param baseSha256 hash of the base, null where it is not recorded
 * @param dataSha256 hash of the data, likewise
 * @param classOrder labels in the order in which they came
 * @param tasks names of each task's classes
 * @param command the words that were typed
 * @param started when, null where it is not recorded
 * @param warnings sentences
 * @param examples what it learnt from, in the plural; images where it is not recorded
 */
public record RunDocument(
        Map<String, Object> configuration,
        Map<String, Object> environment,
        String baseSha256,
        String dataSha256,
        List<Integer> classOrder,
        List<List<String>> tasks,
        List<String> command,
        String started,
        List<WarningDocument> warnings,
        String examples) {
    public RunDocument {
        configuration = Binding.orEmpty(configuration);
        environment = Binding.orEmpty(environment);
        classOrder = Binding.orEmpty(classOrder);
        tasks = Binding.orEmpty(tasks);
        command = Binding.orEmpty(command);
        warnings = Binding.orEmpty(warnings);
        examples = examples == null ? "images" : examples;
    }

    /** A parameter as text, empty where it is not recorded. */
    public String parameter(String name) {
        Object value = configuration.get(name);
        return value == null ? "" : value.toString();
    }
}
