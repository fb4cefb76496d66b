package ham.merge.head;

import ham.merge.tensor.Matrix;

/**
 * {@code logit_c = cos(f, w_c)}, where {@code w_c} is the mean of the L2-normalised features of class c. A zero vector has the cosine 0.
 *
 * @param weight the prototypes [classes, d], not normalised
 */
public record PrototypeHead(Matrix weight) implements Head {
    @Override
    public HeadKind kind() {
        return HeadKind.PROTOTYPE;
    }

    @Override
    public int classes() {
        return weight.rows();
    }

    @Override
    public int features() {
        return weight.columns();
    }

    @Override
    public float[] logits(float[] features) {
        return Products.timesTransposed(
                normalizeRows(new Matrix(features.length / features(), features(), features))
                        .data(),
                unitWeight());
    }

    /** The prototypes [classes, d] divided by their L2 norms; a zero row stays zero. */
    public Matrix unitWeight() {
        return normalizeRows(weight);
    }

    private static Matrix normalizeRows(Matrix matrix) {
        float[] unit = new float[matrix.data().length];
        for (int r = 0; r < matrix.rows(); r++) {
            double squares = 0;
            for (int c = 0; c < matrix.columns(); c++) {
                squares += (double) matrix.get(r, c) * matrix.get(r, c);
            }
            double norm = Math.sqrt(squares);
            for (int c = 0; c < matrix.columns() && norm > 0; c++) {
                unit[r * matrix.columns() + c] = (float) (matrix.get(r, c) / norm);
            }
        }
        return new Matrix(matrix.rows(), matrix.columns(), unit);
    }
}
