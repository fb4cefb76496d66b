package ham.merge.method;

import ham.merge.Parameters;

/**
 * Task arithmetic: {@code scale * sum_i w_i D_i}; a negative weight makes the model forget a task. Source: arXiv 2212.04089, section 2.
 *
 * @param scale the paper's lambda, 1 where nothing is said
 */
public record TaskArithmeticMerge(double scale) implements BranchMerge {
    /** Checks the scale. */
    public TaskArithmeticMerge {
        Parameters.requireFinite("scale", scale);
    }

    @Override
    public double coefficient(double weight) {
        return scale * weight;
    }
}
