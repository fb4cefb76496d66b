package ham.runtime.classify;

/** The best {@code k} of the classes that are offered, best first; equal ones in the order in which they were offered. */
final class Ranking {
    private final int[] classes;
    private final float[] scores;
    private int size;

    Ranking(int k) {
        classes = new int[k];
        scores = new float[k];
    }

    void offer(int index, float score) {
        if (size == classes.length && (size == 0 || score <= scores[size - 1])) {
            return;
        }
        int at = size < classes.length ? size++ : size - 1;
        while (at > 0 && scores[at - 1] < score) {
            scores[at] = scores[at - 1];
            classes[at] = classes[at - 1];
            at--;
        }
        scores[at] = score;
        classes[at] = index;
    }

    int size() {
        return size;
    }

    int index(int place) {
        return classes[place];
    }

    float score(int place) {
        return scores[place];
    }
}
