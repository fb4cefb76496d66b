package ham.merge.join;

import ham.merge.compare.WeightShapes;
import java.util.SortedMap;

/**
 * How adapters get compared: in blocks, with each other by the inner products of all pairs (whose number is quadratic in the size of a block),
 * and with the adapters of earlier blocks by the dense deltas of the groups (linear). One block holds all adapters unless that costs more.
 *
 * @param adapters how many there are
 * @param block how many make a block
 * @param pairOperations floating point operations with one block
 * @param denseOperations floating point operations with blocks of {@link #SMALL_BLOCK}
 * @param denseBytes size of the groups' dense deltas, when there are several blocks; else 0
 */
public record GroupingPlan(int adapters, int block, double pairOperations, double denseOperations, long denseBytes) {
    /** Adapters in a block when there are several: enough for full speed, few enough for little memory. */
    public static final int SMALL_BLOCK = 64;

    /** The cheaper way. */
    public static GroupingPlan of(int adapters, SortedMap<String, WeightShapes> shapes, int groups) {
        double pairs = 0;
        double dense = 0;
        double blocks = Math.ceil((double) adapters / SMALL_BLOCK);
        for (WeightShapes shape : shapes.values()) {
            double rank = shape.rank();
            double perPair = rank * rank * ((double) shape.inputs() + shape.outputs());
            pairs += perPair;
            dense += perPair / blocks + 2.0 * rank * shape.inputs() * shape.outputs() * (groups + 1);
        }
        boolean one = adapters <= SMALL_BLOCK || pairs <= dense;
        return new GroupingPlan(
                adapters, one ? adapters : SMALL_BLOCK, pairs, dense, one ? 0 : GroupDeltas.bytes(shapes, groups));
    }

    /** Whether all pairs of adapters are compared. */
    public boolean allPairs() {
        return block >= adapters;
    }
}
