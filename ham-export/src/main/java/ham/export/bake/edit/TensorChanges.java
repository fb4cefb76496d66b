package ham.export.bake.edit;

import ham.export.bake.match.Match;
import ham.export.bake.match.Use;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.TensorEntry;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happens to one constant: which matches change it where it stands, and which of its readers get a copy of their own because
 * they need other values than the rest.
 *
 * @param tensor the constant
 * @param readers what is added for whom; who needs it as it is, is not among them
 * @param inPlace what is added where it stands; empty if it stays; all others read copies
 */
record TensorChanges(TensorEntry tensor, Map<List<Match>, List<Use>> readers, List<Match> inPlace) {

    /**
     * Divides the readers of a constant by what they need.
     *
     * @throws InputException if somebody needs a copy who cannot be given one
     */
    static TensorChanges of(ModelIndex model, TensorEntry tensor, List<Match> matches, List<Use> uses) {
        Map<List<Match>, List<Use>> groups = new LinkedHashMap<>();
        for (Use use : uses) {
            List<Match> needed =
                    matches.stream().filter(match -> match.uses().contains(use)).toList();
            groups.computeIfAbsent(needed, key -> new ArrayList<>()).add(use);
        }
        List<Match> inPlace = groups.containsKey(List.of())
                ? List.of()
                : groups.keySet().iterator().next();
        groups.remove(List.of());
        groups.forEach((needed, readers) -> {
            if (!needed.equals(inPlace)) {
                readers.forEach(use -> requireCopyPossible(model, tensor, use));
            }
        });
        return new TensorChanges(tensor, groups, inPlace);
    }

    private static void requireCopyPossible(ModelIndex model, TensorEntry tensor, Use use) {
        if (!use.canBeRenamed() || model.irVersion() < 4) {
            throw new InputException(
                    model.file().path(),
                    "constant '" + tensor.name() + "' is shared by layers that change differently, and " + use.label()
                            + " cannot be given a copy; export the graph without shared constants");
        }
    }
}
