package ham.export.bake;

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
 * @param inPlace what is added to it where it stands; empty if it stays
 * @param copies what is added in each copy, and who reads it
 */
record TensorChanges(TensorEntry tensor, List<Match> inPlace, Map<List<Match>, List<Use>> copies) {

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
        groups.remove(inPlace);
        for (List<Use> readers : groups.values()) {
            for (Use use : readers) {
                if (!use.canBeRenamed() || model.irVersion() < 4) {
                    throw new InputException(
                            model.file().path(),
                            "constant '" + tensor.name() + "' is shared by layers that change differently, and "
                                    + use.label()
                                    + " cannot be given a copy; export the graph without shared constants");
                }
            }
        }
        return new TensorChanges(tensor, inPlace, groups);
    }
}
