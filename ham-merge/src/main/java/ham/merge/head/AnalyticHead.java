package ham.merge.head;

import ham.merge.tensor.Matrix;

/**
 * {@code logits = relu(f P) W^T}: ridge regression on fixed random features, after RanPAC (arXiv 2307.02251). It is cumulative: the weights
 * of every class depend on the statistics of all classes met so far.
 *
 * @param projection P [d, M], random and fixed
 * @param weight W [classes, M]
 */
public record AnalyticHead(Projection projection, Matrix weight) implements Head {
    /**
     * Checks the shapes.
     *
     * @throws IllegalArgumentException when the projection and the weights disagree on M
     */
    public AnalyticHead {
        if (projection.width() != weight.columns()) {
            throw new IllegalArgumentException(
                    "expected weights of width " + projection.width() + ", found " + weight.columns());
        }
    }

    /** With the numbers of P [d, M]. */
    public AnalyticHead(Matrix projection, Matrix weight) {
        this(Projection.of(projection), weight);
    }

    @Override
    public HeadKind kind() {
        return HeadKind.ANALYTIC;
    }

    @Override
    public int classes() {
        return weight.rows();
    }

    @Override
    public int features() {
        return projection.features();
    }

    @Override
    public float[] logits(float[] features) {
        float[] hidden = Products.timesTransposed(features, projection.matrix().transpose());
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = Math.max(hidden[i], 0);
        }
        return Products.timesTransposed(hidden, weight);
    }
}
