package ham.train.lora;

import ham.merge.join.Importance;
import ham.train.optimize.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The importance scalars that a step works with: the task's own and those of the frozen groups, one for all layers or one a layer.
 *
 * <p>Shapes: own [rows], groups [rows, groups], with one row for all layers or a row a layer in the order of the names.
 */
final class Scalars {
    private final ScalarScope scope;
    private final List<FrozenGroup> frozen;
    private final List<String> ownNames;
    private final List<String> groupNames;
    private final Parameter own;
    private final Parameter groups;

    /**
     * Scalars where they begin: the task's own at 1, a group's where they stand.
     *
     * @param names adapted layers of the task
     * @param ownRate learning rate of the task's own, 0 if it stays
     * @param groupRate learning rate of the groups'
     */
    Scalars(ScalarScope scope, Collection<String> names, List<FrozenGroup> frozen, double ownRate, double groupRate) {
        this.scope = scope;
        this.frozen = frozen;
        ownNames = List.copyOf(names);
        TreeSet<String> all = new TreeSet<>();
        frozen.forEach(group -> all.addAll(group.names()));
        groupNames = List.copyOf(all);
        boolean shared = scope == ScalarScope.SHARED;
        float[] ones = new float[shared ? 1 : ownNames.size()];
        Arrays.fill(ones, 1);
        own = new Parameter("alpha", ownRate, ones, ones.length);
        int rows = shared ? 1 : groupNames.size();
        float[] values = new float[rows * frozen.size()];
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < frozen.size(); j++) {
                FrozenGroup group = frozen.get(j);
                values[row * frozen.size() + j] =
                        (float) (shared ? group.alpha().mean() : group.alpha().at(groupNames.get(row)));
            }
        }
        groups = new Parameter("group alphas", groupRate, values, rows, frozen.size());
    }

    /** The task's own, [rows]. */
    Parameter own() {
        return own;
    }

    /** The groups', [rows, groups]. */
    Parameter groups() {
        return groups;
    }

    /** Layers that any group changes, in order. */
    List<String> groupNames() {
        return groupNames;
    }

    /** Row of the task's own scalar that weighs a layer. */
    int ownRow(String name) {
        return scope == ScalarScope.SHARED ? 0 : ownNames.indexOf(name);
    }

    /** Row of the groups' scalars that weighs a layer. */
    int groupRow(String name) {
        return scope == ScalarScope.SHARED ? 0 : groupNames.indexOf(name);
    }

    /** The task's own; one that is not trained is 1 for all layers. */
    Importance alpha() {
        return scope == ScalarScope.SHARED || own.learningRate() == 0
                ? Importance.of(own.get(0))
                : importance(ownNames, name -> own.get(ownRow(name)));
    }

    /** A group's, each; one that changes no layer keeps what it had. */
    List<Importance> groupAlphas() {
        List<Importance> all = new ArrayList<>();
        for (int j = 0; j < frozen.size(); j++) {
            int group = j;
            Set<String> names = frozen.get(j).names();
            if (names.isEmpty()) {
                all.add(frozen.get(j).alpha());
            } else if (scope == ScalarScope.SHARED) {
                all.add(Importance.of(groups.get(group)));
            } else {
                all.add(importance(names, name -> groups.get(groupRow(name) * frozen.size() + group)));
            }
        }
        return List.copyOf(all);
    }

    private static Importance importance(Collection<String> names, ToDoubleFunction<String> value) {
        return Importance.perLayer(names.stream().collect(Collectors.toMap(Function.identity(), value::applyAsDouble)));
    }
}
