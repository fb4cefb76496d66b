package ham.train.lora;

/**
 * What an epoch has summed up so far.
 *
 * @param images trained on
 * @param correct of them
 * @param loss sum over the images
 */
record EpochCount(long images, long correct, double loss) {
    static final EpochCount NONE = new EpochCount(0, 0, 0);

    EpochCount and(StepResult step, int size) {
        return new EpochCount(images + size, correct + step.correct(), loss + step.loss() * size);
    }

    EpochResult result() {
        return new EpochResult(loss / images, (double) correct / images);
    }
}
