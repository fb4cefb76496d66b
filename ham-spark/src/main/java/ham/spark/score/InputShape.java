package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/** The shape of one row of a model's input, [3, height, width] for example, without the batch. */
final class InputShape {
    private InputShape() {}

    /**
     * Of a float32 input of one size; where the graph leaves it open, of the size to which images are prepared.
     *
     * @throws ModelException when it has another input
     */
    static List<Long> of(Model model, Optional<Preprocessing> images) {
        TensorSpec input = model.inputs().get(0);
        List<Long> declared = input.shape().isEmpty()
                ? List.of()
                : input.shape().subList(1, input.shape().size());
        boolean open = declared.stream().anyMatch(size -> size < 0);
        String side = model.metadata().get(Preprocessing.METADATA_KEY);
        Optional<Preprocessing> preprocessing = images.isPresent() || !open || declared.size() != 3 || side == null
                ? images
                : Optional.of(Preprocessing.fromJson(side));
        if (open && preprocessing.isEmpty()) {
            throw new ModelException(model.name() + ": expected an input of one size but for the batch, found "
                    + input.shapeText() + "; fix its size when it is exported.");
        }
        List<Long> shape = preprocessing
                .map(each -> List.of(3L, (long) each.height(), (long) each.width()))
                .orElse(declared);
        require(model, ElementType.FLOAT32, shape);
        return shape;
    }

    /**
     * Checks that a model has one input.
     *
     * @param row sizes of one row; -1 for any
     * @throws ModelException when it has another
     */
    static void require(Model model, ElementType type, List<Long> row) {
        TensorSpec input = model.inputs().get(0);
        boolean fits = model.inputs().size() == 1
                && input.dtype().equals(type.label())
                && input.shape().size() == row.size() + 1;
        for (int i = 0; fits && i < row.size(); i++) {
            long declared = input.shape().get(i + 1);
            fits = declared < 0 || row.get(i) < 0 || declared == row.get(i);
        }
        if (!fits) {
            throw new ModelException(model.name() + ": expected one input of type " + type.label() + " that takes rows "
                    + row + ", found " + model.inputs().size() + ", the first of type " + input.dtype() + " and shape "
                    + input.shapeText() + ".");
        }
    }

    /** Sizes of a whole batch. */
    static long[] batch(List<Long> row, int rows) {
        long[] sizes = new long[row.size() + 1];
        sizes[0] = rows;
        for (int i = 1; i < sizes.length; i++) {
            sizes[i] = row.get(i - 1);
        }
        return sizes;
    }
}
