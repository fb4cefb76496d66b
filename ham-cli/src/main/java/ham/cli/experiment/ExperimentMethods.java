package ham.cli.experiment;

import ham.cli.console.Usage;
import ham.merge.folder.MergeMode;
import ham.train.learn.LearningMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** The methods that a comparison may name, with the options that they stand for. */
final class ExperimentMethods {
    /** HAM of adapters that were trained alone. */
    static final String HAM_INDEPENDENT = "ham-independent";

    private ExperimentMethods() {}

    /** Names to options, in the order of the names. */
    static Map<String, Map<String, String>> of(CommandSpec spec, List<String> names) {
        Map<String, Map<String, String>> methods = new LinkedHashMap<>();
        for (String name : Usage.distinct(spec, "--methods", names)) {
            Usage.choose(spec, "--methods", name, all(), String::toString);
            methods.put(
                    name,
                    name.equals(HAM_INDEPENDENT)
                            ? Map.of(
                                    "method",
                                    LearningMethod.HAM.optionName(),
                                    "mode",
                                    MergeMode.INDEPENDENT.optionName())
                            : Map.of("method", name));
        }
        return methods;
    }

    private static String[] all() {
        List<String> names = new ArrayList<>(Stream.of(LearningMethod.values())
                .map(LearningMethod::optionName)
                .toList());
        names.add(HAM_INDEPENDENT);
        return names.toArray(String[]::new);
    }
}
