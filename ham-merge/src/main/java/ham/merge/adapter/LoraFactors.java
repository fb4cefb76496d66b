package ham.merge.adapter;

import ham.merge.tensor.Matrix;

/**
 * The low-rank update of one weight: {@code delta = scaling * B A}.
 *
 * @param a A [r, in]
 * @param b B [out, r]
 * @param scaling s: {@code lora_alpha / r}, or {@code lora_alpha / sqrt(r)} for rsLoRA
 */
public record LoraFactors(Matrix a, Matrix b, double scaling) {
    /**
     * Checks that the factors can be multiplied.
     *
     * @throws IllegalArgumentException when they disagree on the rank, or the scaling is not finite
     */
    public LoraFactors {
        if (a.rows() != b.columns()) {
            throw new IllegalArgumentException("A has rank " + a.rows() + ", B has rank " + b.columns());
        }
        if (!Double.isFinite(scaling)) {
            throw new IllegalArgumentException("expected a finite scaling, found " + scaling);
        }
    }

    /** A delta [out, in] of any rank as factors that give it exactly: one of them is the identity. */
    public static LoraFactors dense(Matrix delta) {
        int rank = Math.min(delta.rows(), delta.columns());
        Matrix identity = Matrix.zeros(rank, rank);
        for (int i = 0; i < rank; i++) {
            identity.data()[i * rank + i] = 1;
        }
        return rank == delta.rows() ? new LoraFactors(delta, identity, 1) : new LoraFactors(identity, delta, 1);
    }

    /** Rank r. */
    public int rank() {
        return a.rows();
    }

    /** Rows of the delta. */
    public int outputs() {
        return b.rows();
    }

    /** Columns of the delta. */
    public int inputs() {
        return a.columns();
    }

    /** Shape and scaling. */
    public LayerShape shape() {
        return new LayerShape(outputs(), inputs(), rank(), scaling);
    }
}
