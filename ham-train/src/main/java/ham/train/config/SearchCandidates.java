package ham.train.config;

import ham.merge.InputException;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import ham.train.guard.MergeCandidate;
import ham.train.guard.SearchRule;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The merges that a run's search compares with its own. */
final class SearchCandidates {
    private static final String SEARCH = "search";
    private static final String METHOD = "method";
    private static final Map<String, MergeParameter<?>> PARAMETERS = Stream.<MergeParameter<?>>of(
                    MergeParameter.KEEP,
                    MergeParameter.TAU,
                    MergeParameter.GROUPS,
                    MergeParameter.JOIN,
                    MergeParameter.COMBINE,
                    MergeParameter.SIMILARITY,
                    MergeParameter.DENSITY,
                    MergeParameter.SCALE,
                    MergeParameter.SIGN)
            .collect(Collectors.toMap(MergeParameter::name, each -> each));

    private SearchCandidates() {}

    /**
     * Every combination of the searched values once, without parameters that its method does not use, and without the run's own merge.
     *
     * @throws InputException naming the parameter, when a name or a value is none, or no method uses a parameter
     */
    static List<MergeCandidate> of(RunConfig config) {
        SearchRule rule = config.measuring().search();
        rule.values().keySet().stream()
                .filter(name -> !name.equals(METHOD) && !PARAMETERS.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw InputException.parameter(
                            SEARCH,
                            "expected method or one of "
                                    + PARAMETERS.keySet().stream().sorted().collect(Collectors.joining(", "))
                                    + ", found " + name);
                });
        Map<MergeSettings, MergeCandidate> found = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        for (Map<String, String> each : rule.combinations()) {
            LearningMethod method = each.containsKey(METHOD)
                    ? method(each.get(METHOD))
                    : config.learning().method();
            Map<String, String> own = new LinkedHashMap<>(each);
            own.keySet().removeIf(name -> !isUsed(name, method.merging()));
            used.addAll(own.keySet());
            LearningSettings learning = settings(config, method, own);
            String name = (each.containsKey(METHOD) ? method.optionName() + " " : "")
                    + own.entrySet().stream()
                            .map(value -> value.getKey() + "=" + value.getValue())
                            .collect(Collectors.joining(" "));
            found.putIfAbsent(learning.merging(), new MergeCandidate(name.strip(), learning));
        }
        rule.values().keySet().stream()
                .filter(name -> !name.equals(METHOD) && !used.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw InputException.parameter(
                            SEARCH,
                            "expected parameters that a searched method uses, found " + name
                                    + "; leave it out, or search such a method too");
                });
        found.remove(config.learning().merging());
        return List.copyOf(found.values());
    }

    private static boolean isUsed(String name, MergeMethod method) {
        return PARAMETERS.containsKey(name) && PARAMETERS.get(name).methods().contains(method);
    }

    private static LearningMethod method(String name) {
        return Stream.of(LearningMethod.values())
                .filter(each -> each.optionName().equals(name) && isCandidate(each))
                .findFirst()
                .orElseThrow(() -> InputException.parameter(
                        SEARCH,
                        "expected a method that merges adapters ("
                                + Stream.of(LearningMethod.values())
                                        .filter(SearchCandidates::isCandidate)
                                        .map(LearningMethod::optionName)
                                        .collect(Collectors.joining(", "))
                                + "), found '" + name + "'"));
    }

    /** Pairs with scalars of their own (sd-lora) are a way to train, not a merge. */
    private static boolean isCandidate(LearningMethod method) {
        return method.joins() && method != LearningMethod.SD_LORA && method != LearningMethod.CAT_PRUNED;
    }

    private static LearningSettings settings(RunConfig config, LearningMethod method, Map<String, String> own) {
        RunConfigBuilder builder = config.toBuilder().forMethod(method).opt(own);
        // The scalars of groups that were trained belong to the run's own groups.
        return MergeFields.learning(
                method.merging() == MergeMethod.HAM ? builder.optMode(MergeMode.INDEPENDENT) : builder);
    }
}
