package ham.export.bake.match;

import ham.merge.tensor.Matrix;
import java.util.List;

/** Finds where in a graph the weights of a layer stand. */
public interface Search {

    /**
     * Every place that belongs to a layer: one, unless the graph holds copies.
     *
     * @param layer name of a delta
     * @param delta what is going to be added [out, in]
     * @throws ham.merge.InputException if the place cannot be told for certain, or has another shape
     */
    List<Match> find(String layer, Matrix delta);

    /** The weights of a match [out, in] before the change, as exact as they are known; the array is good until the next call. */
    float[] base(Match match);

    /** Every place where the base's classifier stands, if it has one. */
    List<Placement> classifier();
}
