package ham.train.metrics;

/** The class that a classifier decides for. */
public final class Top1 {
    private Top1() {}

    /**
     * The class with the largest of an image's logits, the first of equal ones.
     *
     * @param logits of any number of images, row-major
     * @param from where the image's logits begin
     * @param classes how many there are
     */
    public static int of(float[] logits, int from, int classes) {
        int top = 0;
        for (int c = 1; c < classes; c++) {
            top = logits[from + c] > logits[from + top] ? c : top;
        }
        return top;
    }
}
