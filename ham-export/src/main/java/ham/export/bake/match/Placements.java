package ham.export.bake.match;

import ham.export.bake.base.WeightBlock;
import ham.export.bake.read.ElementFormat;
import ham.export.bake.read.TensorEntry;
import java.util.ArrayList;
import java.util.List;

/** Every way in which a block of weights could stand in a constant, by its shape alone. */
final class Placements {

    /** Blocks that are fused into one constant: query, key and value, and what else may come. */
    private static final int MOST_FUSED = 16;

    private Placements() {}

    static List<Placement> of(WeightBlock block, TensorEntry tensor) {
        List<Placement> placements = new ArrayList<>();
        List<Long> dims = tensor.dims().stream().filter(dim -> dim != 1).toList();
        long elements = tensor.elements();
        if (ElementFormat.of(tensor.dataType()).isEmpty() || elements == 0 || elements > Integer.MAX_VALUE) {
            return placements;
        }
        if (block.isBias()) {
            if (dims.size() <= 1) {
                add(placements, block, tensor, elements, 1, false);
            }
            return placements;
        }
        long rows = 1;
        for (int split = 0; split <= dims.size(); split++) {
            add(placements, block, tensor, rows, elements / rows, false);
            add(placements, block, tensor, rows, elements / rows, true);
            rows *= split < dims.size() ? dims.get(split) : 1;
        }
        return placements;
    }

    private static void add(
            List<Placement> placements,
            WeightBlock block,
            TensorEntry tensor,
            long rows,
            long columns,
            boolean transposed) {
        long inputs = transposed ? rows : columns;
        long outputs = transposed ? columns : rows;
        if (inputs != block.columns() || outputs % block.rows() != 0 || outputs / block.rows() > MOST_FUSED) {
            return;
        }
        for (int first = 0; first < outputs; first += block.rows()) {
            placements.add(new Placement(tensor, (int) rows, (int) columns, transposed, first, block));
        }
    }
}
