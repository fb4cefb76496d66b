package ham.merge.gram;

import ham.merge.kernel.Dense;
import ham.merge.tensor.Matrix;

/**
 * The Gram matrix {@code G = X^T X} of a layer's inputs X [n, d], n tokens of a task's images: symmetric, [d, d], or an approximation of it.
 *
 * @param form which of these {@code values} is
 * @param values G [d, d]; F [k, d] with {@code G = F^T F} about; or the diagonal [1, d]
 */
public record InputGram(GramForm form, Matrix values) {
    /**
     * Checks the shape.
     *
     * @throws IllegalArgumentException when it is not one of the form
     */
    public InputGram {
        boolean fits =
                switch (form) {
                    case FULL -> values.rows() == values.columns();
                    case FACTORS -> values.rows() < values.columns();
                    case DIAGONAL -> values.rows() == 1;
                };
        if (!fits) {
            throw new IllegalArgumentException(
                    "no Gram matrix of the form " + form + " is " + values.rows() + " x " + values.columns());
        }
    }

    /** All of G. */
    public static InputGram full(Matrix gram) {
        return new InputGram(GramForm.FULL, gram);
    }

    /** Width d of an input. */
    public int inputs() {
        return values.columns();
    }

    /** The diagonal alone. */
    public InputGram diagonal() {
        Matrix diagonal = Matrix.zeros(1, inputs());
        for (int i = 0; i < inputs(); i++) {
            diagonal.data()[i] = form == GramForm.DIAGONAL ? values.get(0, i) : (float) sum(i);
        }
        return new InputGram(GramForm.DIAGONAL, diagonal);
    }

    private double sum(int i) {
        if (form == GramForm.FULL) {
            return values.get(i, i);
        }
        double sum = 0;
        for (int k = 0; k < values.rows(); k++) {
            sum += (double) values.get(k, i) * values.get(k, i);
        }
        return sum;
    }

    /**
     * The leading directions, {@code F = diag(sqrt(l)) V^T} of the k largest eigenvalues; all of G where there are no more than k.
     *
     * @param rank k, at least 1
     */
    public InputGram factors(int rank) {
        if (form != GramForm.FULL || rank >= inputs()) {
            return this;
        }
        // G is symmetric and has no negative eigenvalue, so its SVD is its eigendecomposition.
        Dense.Svd svd = Dense.of(values).svd().first(rank);
        Dense factors = svd.vt();
        for (int k = 0; k < factors.rows(); k++) {
            for (int i = 0; i < inputs(); i++) {
                factors.data()[k * inputs() + i] *= Math.sqrt(svd.values()[k]);
            }
        }
        return new InputGram(GramForm.FACTORS, factors.toMatrix());
    }

    /** {@code left G}, [m, d]. */
    public Dense multiply(Dense left) {
        return switch (form) {
            case FULL -> left.times(Dense.of(values));
            case FACTORS -> {
                Dense factors = Dense.of(values);
                yield left.times(factors.transpose()).times(factors);
            }
            case DIAGONAL -> {
                double[] diagonal = new double[inputs()];
                for (int i = 0; i < diagonal.length; i++) {
                    diagonal[i] = values.get(0, i);
                }
                yield left.scaleColumns(diagonal);
            }
        };
    }

    /** G [d, d] in double. */
    public Dense dense() {
        return switch (form) {
            case FULL -> Dense.of(values);
            case FACTORS -> {
                Dense factors = Dense.of(values);
                yield factors.transposedTimes(factors);
            }
            case DIAGONAL -> {
                Dense dense = Dense.zeros(inputs(), inputs());
                for (int i = 0; i < inputs(); i++) {
                    dense.data()[i * inputs() + i] = values.get(0, i);
                }
                yield dense;
            }
        };
    }
}
