package ham.merge.plan;

import ham.merge.InputException;
import ham.merge.join.HamParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Parameters that somebody chose, on a command line or in a file; what was not chosen is the method's default. Not thread-safe. */
public final class MergeChoices {
    private final Map<MergeParameter<?>, Object> values = new LinkedHashMap<>();
    private final List<LayerRule> layers = new ArrayList<>();

    /** Chooses a value; null chooses nothing. */
    public <T> MergeChoices put(MergeParameter<T> parameter, T value) {
        if (value != null) {
            values.put(parameter, value);
        }
        return this;
    }

    /** Adds rules for layers, after those that are there. */
    public MergeChoices layers(List<LayerRule> rules) {
        layers.addAll(rules);
        return this;
    }

    /** These choices where there are any, else those of {@code weaker}; rules for layers are taken from one of the two, not mixed. */
    public MergeChoices over(MergeChoices weaker) {
        MergeChoices both = new MergeChoices();
        both.values.putAll(weaker.values);
        both.values.putAll(values);
        return both.layers(layers.isEmpty() ? weaker.layers : layers);
    }

    private <T> T get(MergeParameter<T> parameter, T otherwise) {
        return parameter.type().cast(values.getOrDefault(parameter, otherwise));
    }

    /**
     * The settings of a method.
     *
     * @throws InputException when a value is out of its range, or the method does not use a parameter that was chosen; the message begins
     *     with the parameter
     */
    public MergeSettings settings(MergeMethod method) {
        values.keySet().forEach(parameter -> requireUsed("", parameter.name(), parameter, method));
        for (LayerRule rule : layers) {
            String where = "'" + rule.match() + "', ";
            rule.keep().ifPresent(value -> requireUsed(where + "keep: ", "layer", MergeParameter.KEEP, method));
            rule.density()
                    .ifPresent(value -> requireUsed(where + "density: ", "layer", MergeParameter.DENSITY, method));
            rule.rank().ifPresent(value -> requireUsed(where + "rank: ", "layer", MergeParameter.RANK, method));
        }
        HamParameters ham = HamParameters.DEFAULTS;
        PeerParameters peers = PeerParameters.of(method);
        MergeSettings settings = new MergeSettings(
                method,
                new HamParameters(
                        get(MergeParameter.KEEP, ham.keep()),
                        get(MergeParameter.TAU, ham.tau()),
                        get(MergeParameter.GROUPS, ham.maxGroups()),
                        get(MergeParameter.JOIN, ham.join()),
                        get(MergeParameter.COMBINE, ham.combine()),
                        get(MergeParameter.SIMILARITY, ham.similarity())),
                new PeerParameters(
                        get(MergeParameter.DENSITY, peers.density()),
                        get(MergeParameter.SCALE, peers.scale()),
                        get(MergeParameter.SIGN, peers.sign()),
                        get(MergeParameter.SEED, peers.seed()),
                        get(MergeParameter.RANK, peers.rank()),
                        get(MergeParameter.OUTLIERS, peers.outliers()),
                        get(MergeParameter.WINDOW, peers.window()),
                        get(MergeParameter.COMMON, peers.common()),
                        get(MergeParameter.LEADING, peers.leading()),
                        get(MergeParameter.SPACE, peers.space())),
                layers);
        // What only the method checks shows now, and not when the adapters are read.
        settings.weightMerge("", 1);
        return settings;
    }

    private static void requireUsed(String where, String at, MergeParameter<?> parameter, MergeMethod method) {
        if (!parameter.methods().contains(method)) {
            String users = Arrays.stream(MergeMethod.values())
                    .filter(parameter.methods()::contains)
                    .map(MergeMethod::optionName)
                    .collect(Collectors.joining(", "));
            throw InputException.parameter(
                    at,
                    where + "expected a parameter of the method " + method.optionName() + ", found one of " + users
                            + "; leave it out or choose that method");
        }
    }
}
