package ham.train.metrics;

import ham.train.seed.Seeds;
import java.util.Arrays;
import java.util.Random;

/**
 * Two methods on the same test images: how much more often the first is right, with a 95 % interval by the paired bootstrap (Efron and Tibshirani 1993,
 * section 16.4: images are drawn again with all that both methods answered in every run, so that an image that occurs in several runs counts once), and
 * McNemar's exact test on the images of the first run.
 *
 * @param images how many
 * @param runs how often each was answered
 * @param difference mean of right answers of the first minus those of the second, a fraction
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param onlyFirst images of the first run that only the first method has right
 * @param onlySecond images of the first run that only the second method has right
 * @param p two-sided probability of so uneven a split of these by chance
 */
public record PairedComparison(
        int images, int runs, double difference, double low, double high, int onlyFirst, int onlySecond, double p) {
    private static final int RESAMPLES = 2000;
    private static final double TAIL = 0.025;
    /** From this variance on a binomial is drawn as a rounded normal. */
    private static final double LARGE = 100;

    /**
     * Compares.
     *
     * @param first whether the first method is right, [run][image]
     * @param second the same of the second
     * @param seed of the resamples
     */
    public static PairedComparison of(boolean[][] first, boolean[][] second, long seed) {
        int runs = first.length;
        int images = first[0].length;
        // How often an image has a difference of -runs to runs: all that a resample of images depends on.
        int[] counts = new int[2 * runs + 1];
        int onlyFirst = 0;
        int onlySecond = 0;
        long sum = 0;
        for (int i = 0; i < images; i++) {
            int difference = 0;
            for (int r = 0; r < runs; r++) {
                difference += (first[r][i] ? 1 : 0) - (second[r][i] ? 1 : 0);
            }
            counts[difference + runs]++;
            sum += difference;
            onlyFirst += first[0][i] && !second[0][i] ? 1 : 0;
            onlySecond += second[0][i] && !first[0][i] ? 1 : 0;
        }
        double scale = 1.0 / ((double) images * runs);
        double[] resampled = new double[RESAMPLES];
        Random random = Seeds.random(seed, "paired bootstrap");
        Arrays.setAll(resampled, i -> scale * resample(counts, images, random));
        Arrays.sort(resampled);
        return new PairedComparison(
                images,
                runs,
                scale * sum,
                resampled[(int) (TAIL * RESAMPLES)],
                resampled[RESAMPLES - 1 - (int) (TAIL * RESAMPLES)],
                onlyFirst,
                onlySecond,
                mcNemar(onlyFirst, onlySecond));
    }

    /** The sum of the differences of as many images drawn with replacement: their counts are multinomial. */
    private static long resample(int[] counts, int images, Random random) {
        long sum = 0;
        int left = images;
        double rest = images;
        for (int k = 0; k < counts.length && left > 0; k++) {
            int drawn = counts[k] >= rest ? left : binomial(left, counts[k] / rest, random);
            sum += (long) drawn * (k - counts.length / 2);
            left -= drawn;
            rest -= counts[k];
        }
        return sum;
    }

    private static int binomial(int n, double p, Random random) {
        double variance = n * p * (1 - p);
        if (variance > LARGE) {
            long drawn = Math.round(n * p + Math.sqrt(variance) * random.nextGaussian());
            return (int) Math.max(0, Math.min(n, drawn));
        }
        if (p > 0.5) {
            return n - binomial(n, 1 - p, random);
        }
        int drawn = 0;
        // Waiting times between successes: as many steps as there are successes.
        for (double at = wait(p, random); at < n; at += 1 + wait(p, random)) {
            drawn++;
        }
        return drawn;
    }

    private static double wait(double p, Random random) {
        return p <= 0 ? Double.POSITIVE_INFINITY : Math.floor(Math.log(1 - random.nextDouble()) / Math.log1p(-p));
    }

    /** Exact, two-sided: McNemar 1947 by the binomial distribution. */
    static double mcNemar(int onlyFirst, int onlySecond) {
        int discordant = onlyFirst + onlySecond;
        double log = -discordant * Math.log(2);
        double tail = 0;
        for (int k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
            tail += Math.exp(log);
            log += Math.log(discordant - k) - Math.log(k + 1.0);
        }
        return Math.min(1, 2 * tail);
    }
}
