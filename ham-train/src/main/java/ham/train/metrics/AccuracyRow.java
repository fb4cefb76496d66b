package ham.train.metrics;

import java.util.Arrays;
import java.util.Optional;

/** A row of R: accuracy on every task so far, each on so many test images. Immutable. */
public final class AccuracyRow {
    private final double[] accuracies;
    private final int[] images;
    /** On the images of the rows before; null where these are the same. */
    private final double[] earlier;

    /**
     * A row.
     *
     * @param accuracies fractions from 0 to 1
     * @param images how many each was measured on, at least 1
     */
    public AccuracyRow(double[] accuracies, int[] images) {
        this(accuracies, images, null);
    }

    private AccuracyRow(double[] accuracies, int[] images, double[] earlier) {
        if (accuracies.length != images.length) {
            throw new IllegalArgumentException(
                    "expected " + accuracies.length + " numbers of images, found " + images.length);
        }
        for (int task = 0; task < images.length; task++) {
            if (!(accuracies[task] >= 0 && accuracies[task] <= 1)) {
                throw new IllegalArgumentException("an accuracy is a fraction from 0 to 1, found " + accuracies[task]);
            }
            if (images[task] < 1) {
                throw new IllegalArgumentException("a task without test images has no accuracy");
            }
        }
        this.accuracies = accuracies.clone();
        this.images = images.clone();
        this.earlier = earlier;
    }

    /**
     * This row, with what it is on those images that the rows before it were measured on, which are fewer.
     *
     * @param accuracies one a task
     */
    public AccuracyRow onEarlierImages(double... accuracies) {
        if (accuracies.length != images.length) {
            throw new IllegalArgumentException(
                    "expected " + images.length + " accuracies on earlier images, found " + accuracies.length);
        }
        return new AccuracyRow(this.accuracies, images, accuracies.clone());
    }

    /** Accuracy on those of a task's images that the rows before were measured on. */
    public double earlier(int task) {
        return earlier == null ? accuracies[task] : earlier[task];
    }

    /** {@link #earlier(int)} of all tasks; empty where the rows before were measured on the same images. */
    public Optional<double[]> earlier() {
        return Optional.ofNullable(earlier).map(double[]::clone);
    }

    /** A row before the first task. */
    public AccuracyRow() {
        this(new double[0], new int[0]);
    }

    /** This row and one more task. */
    public AccuracyRow and(double accuracy, int count) {
        double[] moreAccuracies = Arrays.copyOf(accuracies, size() + 1);
        int[] moreImages = Arrays.copyOf(images, size() + 1);
        moreAccuracies[size()] = accuracy;
        moreImages[size()] = count;
        return new AccuracyRow(moreAccuracies, moreImages);
    }

    /** How many tasks. */
    public int size() {
        return images.length;
    }

    /** Accuracy on a task's images. */
    public double accuracy(int task) {
        return accuracies[task];
    }

    /** How many images of a task it was measured on. */
    public int images(int task) {
        return images[task];
    }

    /** All accuracies. */
    public double[] accuracies() {
        return accuracies.clone();
    }

    /** All numbers of images. */
    public int[] images() {
        return images.clone();
    }

    /** Fraction of all images that is right. */
    public double overall() {
        double correct = 0;
        double count = 0;
        for (int task = 0; task < images.length; task++) {
            correct += accuracies[task] * images[task];
            count += images[task];
        }
        return correct / count;
    }
}
