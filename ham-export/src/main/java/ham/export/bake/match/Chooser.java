package ham.export.bake.match;

import ham.export.bake.match.Use.Layout;
import ham.export.bake.match.Use.Verdict;
import ham.export.bake.read.ModelIndex;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Decides which of the constants that hold a layer's weights are the layer's, and which of the nodes that read them.
 *
 * <p>Content proposes, names confirm. A node whose name tells another layer never counts. A node that tells nothing counts only
 * if no other weights of the base have the same content. What is left open is refused with what was seen.
 */
public final class Chooser {

    private final ModelIndex model;
    private final Uses uses;

    public Chooser(ModelIndex model, Uses uses) {
        this.model = model;
        this.uses = uses;
    }

    /**
     * Chooses among places of equal content.
     *
     * @param layer name of the delta
     * @param candidates where its weights stand, at least one
     * @param unique whether no other weights of the base have the same content; asked only where it matters
     * @throws InputException if it cannot be decided
     */
    List<Match> choose(String layer, List<PossiblePlace> candidates, BooleanSupplier unique) {
        List<Placement> found =
                candidates.stream().map(PossiblePlace::placement).toList();
        List<Placement> fitting = fitting(found);
        List<Match> matches = new ArrayList<>();
        for (PossiblePlace candidate : candidates) {
            Placement placement = candidate.placement();
            if (!fitting.contains(placement)) {
                continue;
            }
            Likeness likeness = candidate.likeness();
            List<Use> all = uses.of(placement.tensor().name());
            List<Use> confirming = with(Verdict.CONFIRMS, all, placement);
            List<Use> silent = with(Verdict.SILENT, all, placement);
            if (!silent.isEmpty() && !unique.getAsBoolean()) {
                throw undecided(
                        layer,
                        found,
                        "the base has equal weights elsewhere, and nothing says whose "
                                + silent.get(0).label() + " reads");
            }
            if (!confirming.isEmpty()) {
                List<Use> own = new ArrayList<>(confirming);
                own.addAll(silent);
                matches.add(new Match(layer, placement, own, likeness, likeness.text() + ", and the node's name"));
            } else if (!silent.isEmpty()) {
                matches.add(new Match(layer, placement, silent, likeness, likeness.text()));
            }
        }
        if (matches.isEmpty()) {
            throw undecided(layer, found, "no node that reads it is of that layer");
        }
        for (int i = 0; i < matches.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (matches.get(i).placement().overlaps(matches.get(j).placement())) {
                    throw undecided(layer, found, "it fits in more than one way");
                }
            }
        }
        return matches;
    }

    /** Places that somebody reads; where there are several, without those that their readers take the other way round. */
    private List<Placement> fitting(List<Placement> found) {
        List<Placement> read = found.stream()
                .filter(placement -> !uses.of(placement.tensor().name()).isEmpty())
                .toList();
        List<Placement> right = read.stream()
                .filter(placement ->
                        uses.of(placement.tensor().name()).stream().noneMatch(use -> contradicts(use, placement)))
                .toList();
        return right.isEmpty() ? read : right;
    }

    private static boolean contradicts(Use use, Placement placement) {
        return !placement.block().isBias()
                && use.layout() == (placement.transposed() ? Layout.STORED : Layout.TRANSPOSED);
    }

    private static List<Use> with(Verdict verdict, List<Use> all, Placement placement) {
        return all.stream()
                .filter(use -> use.verdict(placement.block()) == verdict)
                .toList();
    }

    private InputException undecided(String layer, List<Placement> found, String why) {
        String seen = found.stream()
                .map(placement ->
                        "'" + placement.tensor().name() + "' " + placement.layout() + ", read by " + readers(placement))
                .collect(Collectors.joining("; "));
        return new InputException(
                model.file().path(),
                "layer '" + layer + "': expected one place for its weights that content or node names decide, found "
                        + seen + ", and " + why + "; export the graph with names that tell the layers");
    }

    private String readers(Placement placement) {
        List<Use> readers = uses.of(placement.tensor().name());
        return readers.isEmpty()
                ? "no node"
                : readers.stream().map(Use::label).distinct().limit(4).collect(Collectors.joining(", "))
                        + (readers.size() > 4 ? " and others" : "");
    }
}
