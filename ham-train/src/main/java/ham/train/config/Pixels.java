package ham.train.config;

import ham.runtime.image.Resample;
import ham.runtime.preprocess.Crop;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.Resizing;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How images become the numbers that a model sees, in training (but for its random crop), in tests and in the exported file. */
public enum Pixels {
    /** What the base's folder says. */
    BASE,
    /**
     * Shortest edge to 8/7 of the model's side (256 for 224), bicubic, the middle cut out, values from 0 to 1 without normalisation: what
     * LAMDA-PILOT and toolboxes after it do with a ViT.
     */
    PLAIN_CROP;

    private static final int BYTE = 255;

    /** The name in options and records. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The steps for a base.
     *
     * @param base folder of the checkpoint
     * @param side that its model takes
     */
    public Preprocessing of(Path base, int side) {
        return this == BASE
                ? Preprocessing.ofCheckpoint(base, side)
                : new Preprocessing(
                        new Resizing.ShortestEdge((int) (256.0 / 224 * side)),
                        Resample.BICUBIC,
                        Crop.CENTER_HALF_EVEN,
                        side,
                        side,
                        1.0 / BYTE,
                        List.of(0.0, 0.0, 0.0),
                        List.of(1.0, 1.0, 1.0));
    }
}
