package ham.bench.strategy;

import ham.runtime.ModelException;
import ham.runtime.model.Bound;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.TensorSpec;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;

/**
 * The shape of a model's images, and a seeded one of normally distributed values to answer requests with: what an image shows does not change
 * what it costs.
 */
final class Images implements Requests {
    private final long[] shape;
    private final float[] noise;

    private Images(long[] shape, float[] noise) {
        this.shape = shape;
        this.noise = noise;
    }

    /**
     * For a model's input.
     *
     * @throws ModelException unless it is float32 [any number, channels, height, width]
     */
    static Images of(String model, TensorSpec input) {
        List<Long> sizes = input.shape();
        if (!input.dtype().equals("float32")
                || sizes.size() != 4
                || sizes.get(0) >= 0
                || sizes.stream().skip(1).anyMatch(size -> size < 1)) {
            throw new ModelException(model
                    + ": expected an input float32 [batch, channels, height, width] of free batch"
                    + " to measure, found " + input.dtype() + " " + input.shapeText() + "; export the model with"
                    + " the float input.");
        }
        long[] shape = sizes.stream().mapToLong(Long::longValue).toArray();
        float[] noise = new float[Math.toIntExact(shape[1] * shape[2] * shape[3])];
        Random random = new Random(1);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        return new Images(shape, noise);
    }

    /** The shape of so many images. */
    long[] shape(int images) {
        long[] batch = shape.clone();
        batch[0] = images;
        return batch;
    }

    /** Values of one image. */
    int values() {
        return noise.length;
    }

    @Override
    public Bound bind(OnnxModel model, int count) {
        return filled(model.bind(shape(count)));
    }

    /** The same buffers, of a whole number of images, filled. */
    <B extends Bound> B filled(B bound) {
        fill(bound.inputFloats());
        return bound;
    }

    /** Fills an input of a whole number of images. */
    void fill(FloatBuffer input) {
        for (int at = 0; at < input.capacity(); at += noise.length) {
            input.put(at, noise);
        }
    }
}
