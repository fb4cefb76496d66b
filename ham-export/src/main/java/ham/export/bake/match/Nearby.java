package ham.export.bake.match;

import ham.export.bake.base.WeightBlock;
import ham.export.bake.match.Nearness.Measure;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.ModelIndex;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Constants that hold weights of a base but for the last bits, a round trip through a narrower format, or one factor: looked for where no
 * constant holds them exactly.
 */
final class Nearby {

    /** A first line that differs by more is not looked at any further. */
    private static final double PLAINLY_OTHER = 0.2;

    private final ModelIndex model;
    private final List<PossiblePlace> candidates = new ArrayList<>();
    private double tolerance = Nearness.tolerance(ElementFormat.FLOAT);
    private Optional<Placement> next = Optional.empty();
    private double nextDistance = Double.POSITIVE_INFINITY;

    private Nearby(ModelIndex model) {
        this.model = model;
    }

    /** Looks everywhere. */
    static Nearby of(ModelIndex model, WeightBlock block, float[] weights) {
        Nearby nearby = new Nearby(model);
        model.tensors().stream()
                .flatMap(tensor -> Placements.of(block, tensor).stream())
                .forEach(placement -> nearby.look(placement, weights));
        return nearby;
    }

    private void look(Placement placement, float[] weights) {
        float[][] sample = Content.sample(placement, weights);
        boolean telling = sample[0].length >= Nearness.LEAST_VALUES;
        if (telling && Nearness.measure(sample[0], sample[1]).distance() > PLAINLY_OTHER && !Nearness.flat(sample[1])) {
            return;
        }
        float[] stored = Content.block(placement);
        Measure measure = Nearness.measure(stored, weights);
        ElementFormat format = Content.format(placement.tensor());
        double allowed = Nearness.tolerance(format);
        Optional<Likeness> trip =
                format == ElementFormat.FLOAT && measure.distance() < Nearness.tolerance(ElementFormat.BFLOAT16)
                        ? Nearness.roundTrip(stored, weights)
                        : Optional.empty();
        if (measure.within(allowed)) {
            tolerance = Math.max(tolerance, allowed);
            candidates.add(new PossiblePlace(placement, likeness(measure)));
        } else if (trip.isPresent()) {
            tolerance = Math.max(tolerance, measure.distance());
            candidates.add(new PossiblePlace(placement, trip.get()));
        } else if (measure.distance() < nextDistance) {
            nextDistance = measure.distance();
            next = Optional.of(placement);
        }
    }

    private static Likeness likeness(Measure measure) {
        return measure.factor() == 1
                ? Likeness.near(String.format(Locale.ROOT, "equal content within %.0e", measure.distance()))
                : Likeness.times(measure.factor(), measure.distance());
    }

    /** Where they stand, as far as that is known. */
    List<PossiblePlace> candidates() {
        return candidates;
    }

    /**
     * Checks that nothing else is nearly as near.
     *
     * @throws InputException if something is
     */
    void requireOthersFar(String layer) {
        if (nextDistance < Nearness.far(tolerance)) {
            throw new InputException(
                    model.file().path(),
                    "layer '" + layer
                            + "': expected one constant that is nearly its weights and no other close to them, found '"
                            + candidates.get(0).placement().tensor().name() + "'" + text()
                            + "; give the weights that the graph was exported from");
        }
    }

    /** The next best place, for people. */
    String text() {
        return next.map(placement -> String.format(
                        Locale.ROOT,
                        ", the nearest other in '%s', which differs by %.2g of its size",
                        placement.tensor().name(),
                        nextDistance))
                .orElse("");
    }
}
