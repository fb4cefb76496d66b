package ham.job.experiment;

import ham.merge.InputException;
import ham.merge.record.MergeMode;
import ham.train.config.RunConfig;
import ham.train.config.RunConfigBuilder;
import ham.train.experiment.ClassLikeness;
import ham.train.experiment.PlannedRun;
import ham.train.learn.LearningMethod;
import ham.train.stream.Arrival;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which runs an experiment consists of: named changes of one configuration, each made with every class order. Parameters have the names that
 * {@code run.json} gives them.
 */
public final class ExperimentPlan {
    /** HAM of adapters that were trained alone. */
    public static final String HAM_INDEPENDENT = "ham-independent";

    /** What an experiment decides itself. */
    private static final Set<String> DECIDED = Set.of("base", "data", "tasks", "order", "adapters", "frozen");

    private static final String METHOD = "method";
    private static final String SEED = "seed";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    /** A value may hold commas itself. */
    private static final Pattern BETWEEN = Pattern.compile(",(?=[a-z-]+=)");

    private final RunConfigBuilder common;
    private final List<String> orders;
    private final List<Long> seeds;
    private final Map<String, Map<String, String>> changes;

    private ExperimentPlan(Builder builder) {
        common = RunConfig.builder()
                .setBase(Objects.requireNonNull(builder.base, "base"))
                .setData(Objects.requireNonNull(builder.data, "data"))
                .optTasks(builder.tasks)
                .opt(builder.parameters)
                .usuallyUnguarded();
        orders = distinct("orders", builder.orders);
        seeds = builder.seeds;
        changes = builder.changes;
        changes.forEach((name, own) -> {
            if (!seeds.isEmpty() && own.containsKey(SEED)) {
                throw InputException.parameter(
                        "seeds",
                        "expected no run with a seed of its own, found " + name + "; leave out one or the other");
            }
        });
    }

    /** A plan to be described. */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes a plan. */
    public static final class Builder {
        private final Map<String, Map<String, String>> changes = new LinkedHashMap<>();
        private Path base;
        private Path data;
        private int tasks = 10;
        private List<String> orders = List.of("1993");
        private List<Long> seeds = List.of();
        private Map<String, String> parameters = Map.of();

        private Builder() {}

        /** The checkpoint. */
        public Builder setBase(Path folder) {
            base = folder;
            return this;
        }

        /** The data. */
        public Builder setData(Path folder) {
            data = folder;
            return this;
        }

        /** Number of tasks; ten unless said. */
        public Builder optTasks(int number) {
            tasks = number;
            return this;
        }

        /** Class orders: seeds, or {@code natural}. */
        public Builder optOrders(List<String> seeds) {
            orders = List.copyOf(seeds);
            return this;
        }

        /** Seeds of all other draws, each with every class order; none for the one of the parameters. */
        public Builder optSeeds(List<Long> draws) {
            seeds = List.copyOf(draws);
            return this;
        }

        /** Parameters of all runs by name; those of merging that a run's method does not use are left out of it. */
        public Builder optParameters(Map<String, String> values) {
            parameters = new LinkedHashMap<>(values);
            return this;
        }

        /** A run a method, {@link #HAM_INDEPENDENT} among the methods that there are. */
        public Builder optMethods(List<String> names) {
            for (String name : distinct("methods", names)) {
                if (!methods().contains(name)) {
                    throw InputException.parameter(
                            "methods", "expected one of " + String.join(", ", methods()) + ", found '" + name + "'");
                }
                changes.put(
                        name,
                        name.equals(HAM_INDEPENDENT)
                                ? Map.of(
                                        METHOD,
                                        LearningMethod.HAM.optionName(),
                                        "mode",
                                        MergeMode.INDEPENDENT.optionName())
                                : Map.of(METHOD, name));
            }
            return this;
        }

        /** A run a value of one parameter, called {@code PARAMETER-VALUE}. */
        public Builder optValues(String parameter, List<String> values) {
            if (!mayDiffer(parameter)) {
                throw InputException.parameter(
                        "parameter",
                        "expected an option of training that an experiment does not decide itself, found '" + parameter
                                + "'");
            }
            distinct("values", values).forEach(value -> changes.put(parameter + "-" + value, Map.of(parameter, value)));
            return this;
        }

        /** One more run, with changes of its own: {@code NAME:PARAMETER=VALUE,...}. */
        public Builder optVariant(String text) {
            int colon = text.indexOf(':');
            String name = text.substring(0, Math.max(0, colon));
            if (!NAME.matcher(name).matches()) {
                throw InputException.parameter(
                        "variant",
                        "expected NAME:OPTION=VALUE,... with a name of letters, digits, '-', '_' and '.', found '"
                                + text + "'");
            }
            Map<String, String> own = new LinkedHashMap<>();
            for (String each : BETWEEN.split(text.substring(colon + 1), -1)) {
                String[] pair = each.split("=", 2);
                if (pair.length < 2 || !mayDiffer(pair[0])) {
                    throw InputException.parameter(
                            "variant",
                            "expected for " + name
                                    + " OPTION=VALUE with an option of training that an experiment does not"
                                    + " decide itself, found '" + each + "'");
                }
                own.put(pair[0], pair[1]);
            }
            if (changes.put(name, own) != null) {
                throw InputException.parameter("variant", "expected a name of its own, found " + name + " twice");
            }
            return this;
        }

        /**
         * The plan.
         *
         * @throws InputException naming the parameter that does not fit
         */
        public ExperimentPlan build() {
            return new ExperimentPlan(this);
        }
    }

    /** Whether it is a parameter of training that the experiment does not decide itself. */
    private static boolean mayDiffer(String parameter) {
        return RunConfigBuilder.names().contains(parameter) && !DECIDED.contains(parameter);
    }

    private static List<String> methods() {
        return Stream.concat(
                        Stream.of(LearningMethod.values()).map(LearningMethod::optionName), Stream.of(HAM_INDEPENDENT))
                .toList();
    }

    private static List<String> distinct(String parameter, List<String> values) {
        Set<String> seen = new HashSet<>();
        for (String value : values) {
            if (!seen.add(value)) {
                throw InputException.parameter(parameter, "expected every value once, found " + value + " twice");
            }
        }
        return values;
    }

    /** All runs of the first order (of its first seed, then of the next), then all of the next. */
    public List<PlannedRun> runs() {
        List<PlannedRun> runs = new ArrayList<>();
        for (String order : orders) {
            runs.addAll(runs("", order, Arrival.parse(order)));
        }
        return runs;
    }

    /**
     * Two tasks of alike and two of dissimilar classes, by the frozen backbone's features, for every order.
     *
     * @throws InputException when there are not two tasks
     */
    public List<PlannedRun> sanityRuns() {
        ClassLikeness likeness = ClassLikeness.of(config(Map.of(), Arrival.parse(orders.get(0))));
        List<PlannedRun> runs = new ArrayList<>();
        for (String order : orders) {
            int[] start = Arrival.parse(order).order(likeness.classes());
            runs.addAll(runs("alike-", order, Arrival.of(likeness.alike(start))));
            runs.addAll(runs("dissimilar-", order, Arrival.of(likeness.dissimilar(start))));
        }
        return runs;
    }

    /** Every change with one class order and every seed. */
    private List<PlannedRun> runs(String kind, String order, Arrival arrival) {
        List<PlannedRun> runs = new ArrayList<>();
        if (seeds.isEmpty()) {
            changes.forEach((name, own) -> runs.add(new PlannedRun(kind + name, order, config(own, arrival))));
        }
        for (long seed : seeds) {
            changes.forEach((name, own) -> runs.add(new PlannedRun(
                    kind + name,
                    order + "-seed" + seed,
                    config(own, arrival).toBuilder().optSeed(seed).build())));
        }
        return runs;
    }

    private RunConfig config(Map<String, String> own, Arrival arrival) {
        LearningMethod method = Stream.of(LearningMethod.values())
                .filter(each -> each.optionName().equals(own.get(METHOD)))
                .findFirst()
                .orElse(LearningMethod.HAM);
        return common.copy()
                .forMethod(method)
                .opt(own)
                .optOrder(arrival)
                .optFrozen(false)
                .build();
    }
}
