package ham.merge.head;

import ham.merge.tensor.Matrix;
import java.util.Arrays;

/**
 * {@code logits = f W^T + b}, trained by gradient: the head of the paper.
 *
 * @param weight W [classes, d]
 * @param bias b [classes]
 */
@SuppressWarnings("ArrayRecordComponent")
public record LinearHead(Matrix weight, float[] bias) implements Head {
    /**
     * Checks the shapes.
     *
     * @throws IllegalArgumentException when there is not one bias a class
     */
    public LinearHead {
        if (bias.length != weight.rows()) {
            throw new IllegalArgumentException("expected " + weight.rows() + " biases, found " + bias.length);
        }
    }

    /** This head's classes followed by the other's. */
    public LinearHead append(LinearHead below) {
        float[] joined = Arrays.copyOf(bias, bias.length + below.bias.length);
        System.arraycopy(below.bias, 0, joined, bias.length, below.bias.length);
        return new LinearHead(weight.appendRows(below.weight), joined);
    }

    /** A head of {@code count} of the classes, from class {@code first} on. */
    public LinearHead rows(int first, int count) {
        return new LinearHead(weight.rows(first, count), Arrays.copyOfRange(bias, first, first + count));
    }

    @Override
    public HeadKind kind() {
        return HeadKind.LINEAR;
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
        float[] logits = Products.timesTransposed(features, weight);
        for (int i = 0; i < logits.length; i++) {
            logits[i] += bias[i % bias.length];
        }
        return logits;
    }
}
