package ham.export.bake.match;

import ham.export.bake.base.BaseWeights;
import ham.export.bake.base.WeightBlock;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.QuantisedOperators;
import ham.export.bake.read.Scratch;
import ham.merge.InputException;
import ham.merge.tensor.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the constants of a graph that hold weights of a base, whatever they are called. */
public final class ContentSearch implements Search {

    private final ModelIndex model;
    private final BaseWeights base;
    private final Chooser chooser;
    private final Scratch scratch = new Scratch();

    public ContentSearch(ModelIndex model, BaseWeights base, Chooser chooser) {
        this.model = model;
        this.base = base;
        this.chooser = chooser;
    }

    @Override
    public List<Match> find(String layer, Matrix delta) {
        WeightBlock block = base.find(layer)
                .orElseThrow(() -> new InputException(
                        base.path(), "expected a weight for the delta '" + layer + "', found none of that name"));
        if (block.rows() != delta.rows() || block.columns() != delta.columns()) {
            throw new InputException(
                    base.path(),
                    "delta '" + layer + "': expected the shape [" + block.rows() + ", " + block.columns() + "], found ["
                            + delta.rows() + ", " + delta.columns() + "]");
        }
        float[] weights = base.values(block);
        List<PossiblePlace> found = holding(block, weights);
        if (!found.isEmpty()) {
            return chooser.choose(layer, found, () -> isUnique(block, weights));
        }
        float[] own = weights.clone(); // the base gives out one array again and again
        Nearby nearby = Nearby.of(model, block, own);
        if (nearby.candidates().isEmpty()) {
            throw missing(layer, block, own, delta, nearby);
        }
        nearby.requireOthersFar(layer);
        return chooser.choose(layer, nearby.candidates(), () -> isAlone(block, own));
    }

    @Override
    public float[] base(Match match) {
        return match.likeness().exact() ? base.values(match.placement().block()) : Content.block(match.placement());
    }

    @Override
    public List<Placement> classifier() {
        return base
                .classifier()
                .map(block -> {
                    float[] weights = base.values(block).clone();
                    List<PossiblePlace> found = holding(block, weights);
                    return found.isEmpty() ? Nearby.of(model, block, weights).candidates() : found;
                })
                .orElse(List.of())
                .stream()
                .map(PossiblePlace::placement)
                .toList();
    }

    /** Every place in the graph where these weights stand. */
    public List<Placement> places(WeightBlock block, float[] weights) {
        return holding(block, weights).stream().map(PossiblePlace::placement).toList();
    }

    private List<PossiblePlace> holding(WeightBlock block, float[] weights) {
        return model.tensors().stream()
                .flatMap(tensor -> Placements.of(block, tensor).stream())
                .filter(placement -> Content.equals(placement, weights, scratch))
                .map(placement -> new PossiblePlace(placement, Likeness.exact(how(placement))))
                .toList();
    }

    private static String how(Placement placement) {
        ElementFormat format = Content.format(placement.tensor());
        return format == ElementFormat.FLOAT
                ? "equal content"
                : "equal content after rounding to " + format.name().toLowerCase(Locale.ROOT);
    }

    private boolean isUnique(WeightBlock block, float[] shared) {
        float[] firstRow = Arrays.copyOf(shared, block.columns());
        List<WeightBlock> alike = base.alike(block).stream()
                .filter(other -> Arrays.equals(base.values(other.firstRowOnly()), firstRow))
                .toList();
        if (alike.isEmpty() || block.rows() == 1) {
            return alike.isEmpty();
        }
        float[] weights = shared.clone(); // the base gives out one array again and again
        return alike.stream().noneMatch(other -> Arrays.equals(base.values(other), weights));
    }

    /** Whether no other weights of the base are near these. */
    private boolean isAlone(WeightBlock block, float[] weights) {
        double far = Nearness.far(Nearness.tolerance(ElementFormat.FLOAT));
        return base.alike(block).stream()
                .noneMatch(
                        other -> Nearness.measure(base.values(other), weights).distance() < far);
    }

    private InputException missing(String layer, WeightBlock block, float[] weights, Matrix delta, Nearby nearby) {
        String expected = "layer '" + layer + "': expected a constant that holds '" + block.tensor() + "' ["
                + block.rows() + ", " + block.columns() + "] of " + base.path();
        Set<String> quantised = QuantisedOperators.operators(model);
        if (!quantised.isEmpty()) {
            return new InputException(
                    model.file().path(),
                    expected + ", found a quantised graph (" + String.join(", ", quantised)
                            + "); bake into the float graph that it was made from, then quantise the result");
        }
        float[] merged = weights.clone();
        for (int i = 0; i < merged.length; i++) {
            merged[i] += delta.data()[i];
        }
        if (!holding(block, merged).isEmpty()) {
            return new InputException(
                    model.file().path(), expected + ", found that this delta has been added to it already");
        }
        String fitting = model.tensors().stream()
                .filter(tensor -> !Placements.of(block, tensor).isEmpty())
                .map(tensor -> "'" + tensor.name() + "'")
                .limit(5)
                .collect(Collectors.joining(", "));
        return new InputException(
                model.file().path(),
                expected + ", found "
                        + (fitting.isEmpty()
                                ? "no constant of a fitting shape"
                                : "other values in all of that size (" + fitting + ", ...)" + nearby.text())
                        + "; give the weights that the graph was exported from");
    }
}
