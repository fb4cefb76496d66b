package ham.export.parity;

/** Something that computes logits: a session on a graph, or the training engine's own forward pass. */
@FunctionalInterface
public interface LogitsSource {

    /** How many images are run at once, so that memory stays small however many there are. */
    int BATCH = 8;

    /**
     * Logits of a batch.
     *
     * @param pixelValues [images, channels, side, side], row-major
     * @param images number of images, at most {@link #BATCH}
     * @return [images, classes], row-major
     */
    float[] logits(float[] pixelValues, int images);

    /** The logits [samples, classes] of all inputs, batch by batch; the last batch may be smaller. */
    default float[] all(ParityInputs inputs) {
        float[] logits = new float[0];
        for (int from = 0; from < inputs.samples(); from += BATCH) {
            int to = Math.min(from + BATCH, inputs.samples());
            float[] part = logits(inputs.range(from, to), to - from);
            int classes = part.length / (to - from);
            if (from == 0) {
                logits = new float[inputs.samples() * classes];
            }
            System.arraycopy(part, 0, logits, from * classes, part.length);
        }
        return logits;
    }
}
