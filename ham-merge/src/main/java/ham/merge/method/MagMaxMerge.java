package ham.merge.method;

import ham.merge.Parameters;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Contribution;
import ham.merge.combine.FactorProducts;
import ham.merge.tensor.Matrix;
import java.util.List;

/**
 * MagMax: every entry is that of the weighted delta in which it is largest by absolute value, times a scale; among equal ones the first. Source: MagMax,
 * arXiv 2407.06322, section 4.
 *
 * @param scale the paper's lambda, 1 for the entries as they are
 */
public record MagMaxMerge(double scale) implements WeightMerge {
    /**
     * Checks the scale.
     *
     * @throws ham.merge.InputException when it is not finite
     */
    public MagMaxMerge {
        Parameters.requireFinite("scale", scale);
    }

    @Override
    public Matrix merge(String weightName, List<Contribution> contributions, FactorProducts products) {
        LoraFactors shape = contributions.get(0).factors();
        Matrix largest = Matrix.zeros(shape.outputs(), shape.inputs());
        float[] entries = largest.data();
        for (Contribution each : contributions) {
            float[] product = products.product(each.factors());
            float factor = (float) (each.weight() * each.factors().scaling());
            for (int i = 0; i < entries.length; i++) {
                float value = factor * product[i];
                // What is no number is larger than all, so that it is found later.
                boolean stays = Math.abs(value) <= Math.abs(entries[i]) || Float.isNaN(entries[i]);
                entries[i] = stays ? entries[i] : value;
            }
        }
        for (int i = 0; i < entries.length; i++) {
            entries[i] = (float) (scale * entries[i]);
        }
        return largest;
    }
}
