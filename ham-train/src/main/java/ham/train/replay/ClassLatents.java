package ham.train.replay;

import ham.train.seed.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The distribution of the latents of every class met so far: a mixture of up to {@value #MEANS} Gaussians a class with one covariance for
 * all, that of the differences between latents and the means next to them.
 *
 * <p>A latent is what enters the tail of the model ({@link ham.train.feature.FeatureExtractor.Extracted}). No image is kept; a mean that stands
 * for one latent is that latent, which the number of means keeps rare.
 */
public final class ClassLatents {
    /** Most means of a class. */
    private static final int MEANS = 10;
    /** Fewest latents a mean, on average over a class. */
    private static final int STATES_A_MEAN = 5;

    private static final int ROUNDS = 10;
    /** Added to the covariance's diagonal, as a part of its mean. */
    private static final double JITTER = 1e-4;

    private final int width;
    private final long seed;
    /** Of every class by position: [means, width]. */
    private final List<float[]> means = new ArrayList<>();
    /** Of every class by position: how many latents a mean stands for. */
    private final List<int[]> counts = new ArrayList<>();
    /** Sum of the outer products of differences, [width, width]. */
    private final double[] scatter;

    /**
     * Begins with no class.
     *
     * @param width of a latent
     * @param seed of where means begin
     */
    public ClassLatents(int width, long seed) {
        this(width, seed, List.of(), List.of(), new double[Math.multiplyExact(width, width)]);
    }

    /** Goes on from what {@link #means}, {@link #counts} and {@link #scatter} gave. */
    public ClassLatents(int width, long seed, List<float[]> means, List<int[]> counts, double[] scatter) {
        this.width = width;
        this.seed = seed;
        this.means.addAll(means);
        this.counts.addAll(counts);
        this.scatter = scatter.clone();
    }

    /** Numbers of a latent. */
    public int width() {
        return width;
    }

    /** How many classes were met. */
    public int classes() {
        return means.size();
    }

    /** Of every class by position, [means, width]. */
    public List<float[]> means() {
        return List.copyOf(means);
    }

    /** Of every class by position, how many latents a mean stands for. */
    public List<int[]> counts() {
        return List.copyOf(counts);
    }

    /** Sum of the outer products of the differences between latents and their means, [width, width]. */
    public double[] scatter() {
        return scatter.clone();
    }

    /**
     * Adds the classes of a task.
     *
     * @param states [n, width], row-major
     * @param positions class position of each of the n latents, all new
     * @param seen how many classes there are with this task
     */
    public void add(float[] states, int[] positions, int seen) {
        for (int position = classes(); position < seen; position++) {
            int wanted = position;
            int[] rows = IntStream.range(0, positions.length)
                    .filter(i -> positions[i] == wanted)
                    .toArray();
            if (rows.length == 0) {
                throw new IllegalArgumentException("no state of class position " + position);
            }
            add(states, rows);
        }
    }

    private void add(float[] states, int... rows) {
        int[] order = rows.clone();
        Seeds.shuffle(order, Seeds.random(seed, "state means", classes()));
        int k = Math.max(1, Math.min(MEANS, rows.length / STATES_A_MEAN));
        float[] centres = new float[k * width];
        for (int c = 0; c < k; c++) {
            System.arraycopy(states, order[c] * width, centres, c * width, width);
        }
        int[] nearest = new int[rows.length];
        int[] sizes = new int[k];
        for (int round = 0; round < ROUNDS; round++) {
            Arrays.setAll(nearest, i -> nearest(states, rows[i], centres, k));
            sizes = move(states, rows, nearest, centres, k);
        }
        double[] difference = new double[width];
        for (int i = 0; i < rows.length; i++) {
            for (int a = 0; a < width; a++) {
                difference[a] = states[rows[i] * width + a] - centres[nearest[i] * width + a];
            }
            addOuter(difference);
        }
        means.add(centres);
        counts.add(sizes);
    }

    private int nearest(float[] states, int row, float[] centres, int k) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < k; c++) {
            double distance = 0;
            for (int a = 0; a < width; a++) {
                double difference = states[row * width + a] - centres[c * width + a];
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                best = c;
            }
        }
        return best;
    }

    /** Moves every centre to the mean of its latents; one without latents stays, and stands for none. */
    private int[] move(float[] states, int[] rows, int[] nearest, float[] centres, int k) {
        double[] sums = new double[k * width];
        int[] sizes = new int[k];
        for (int i = 0; i < rows.length; i++) {
            sizes[nearest[i]]++;
            for (int a = 0; a < width; a++) {
                sums[nearest[i] * width + a] += states[rows[i] * width + a];
            }
        }
        for (int j = 0; j < sums.length; j++) {
            int size = sizes[j / width];
            centres[j] = size == 0 ? centres[j] : (float) (sums[j] / size);
        }
        return sizes;
    }

    private void addOuter(double... difference) {
        for (int a = 0; a < width; a++) {
            for (int b = 0; b < width; b++) {
                scatter[a * width + b] += difference[a] * difference[b];
            }
        }
    }

    /**
     * Draws what a latent differs by from its mean, whatever its class.
     *
     * @param count how many
     * @return [count, width], row-major
     */
    public float[] differences(int count, Random random) {
        double[] factor = factor();
        float[] drawn = new float[Math.multiplyExact(count, width)];
        double[] noise = new double[width];
        for (int i = 0; i < count; i++) {
            Arrays.setAll(noise, a -> random.nextGaussian());
            for (int a = 0; a < width; a++) {
                double sum = 0;
                for (int b = 0; b <= a; b++) {
                    sum += factor[a * width + b] * noise[b];
                }
                drawn[i * width + a] = (float) sum;
            }
        }
        return drawn;
    }

    /**
     * Draws latents of the last classes.
     *
     * @param first position of the first of them
     * @param count latents a class
     * @param states [classes, count, width]; those of the classes are written
     */
    public void draw(int first, int count, Random random, float[] states) {
        float[] differences = differences((classes() - first) * count, random);
        int start = first * count;
        for (int i = 0; i < (classes() - first) * count; i++) {
            drawMean(first + i / count, random, states, start + i);
            for (int a = 0; a < width; a++) {
                states[(start + i) * width + a] += differences[i * width + a];
            }
        }
    }

    /** A mean of a class, drawn by the number of states that it stands for, is written to {@code states} at row {@code row}. */
    public void drawMean(int position, Random random, float[] states, int row) {
        int[] sizes = counts.get(position);
        int left = random.nextInt(Arrays.stream(sizes).sum());
        int chosen = 0;
        while (left >= sizes[chosen]) {
            left -= sizes[chosen];
            chosen++;
        }
        System.arraycopy(means.get(position), chosen * width, states, row * width, width);
    }

    /** The lower Cholesky factor of the covariance; one where nothing differed is zero but for its diagonal's jitter. */
    private double[] factor() {
        long states =
                counts.stream().mapToLong(sizes -> Arrays.stream(sizes).sum()).sum();
        long used = counts.stream()
                .mapToLong(
                        sizes -> Arrays.stream(sizes).filter(size -> size > 0).count())
                .sum();
        double scale = 1.0 / Math.max(1, states - used);
        double trace = 0;
        for (int a = 0; a < width; a++) {
            trace += scale * scatter[a * width + a];
        }
        double[] l = new double[width * width];
        for (int a = 0; a < width; a++) {
            for (int b = 0; b <= a; b++) {
                double sum = scale * scatter[a * width + b] + (a == b ? JITTER * trace / width : 0);
                for (int c = 0; c < b; c++) {
                    sum -= l[a * width + c] * l[b * width + c];
                }
                l[a * width + b] = a == b ? Math.sqrt(Math.max(0, sum)) : quotient(sum, l[b * width + b]);
            }
        }
        return l;
    }

    private static double quotient(double sum, double pivot) {
        return pivot == 0 ? 0 : sum / pivot;
    }
}
