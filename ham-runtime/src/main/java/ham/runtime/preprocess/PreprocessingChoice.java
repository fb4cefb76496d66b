package ham.runtime.preprocess;

import ham.runtime.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;

/** Preprocessing as it is typed: a name, or a {@value Preprocessing#HUGGING_FACE_FILE}. */
public final class PreprocessingChoice {
    private static final String IMAGENET = "imagenet";
    private static final String HALF = "half";
    private static final String PLAIN_CROP = "plain-crop";

    private PreprocessingChoice() {}

    /** Whether what is typed names a file. */
    public static boolean isFile(String typed) {
        return !List.of(IMAGENET, HALF, PLAIN_CROP).contains(typed);
    }

    /**
     * The preprocessing for the side of a graph's images, -1 if the graph does not tell it.
     *
     * @param typed {@code imagenet} ({@link Preprocessing#imagenet}), {@code half} ({@link Preprocessing#vitDefault}),
     *     {@code plain-crop} ({@link Preprocessing#plainCrop}), or a file
     * @throws ModelException at once if the file is missing or broken; later if a name is given and the graph does not tell the side
     */
    public static IntFunction<Preprocessing> parse(String typed) {
        return switch (typed) {
            case IMAGENET -> side -> Preprocessing.imagenet(known(side, typed));
            case PLAIN_CROP -> side -> Preprocessing.plainCrop(known(side, typed));
            case HALF -> side -> Preprocessing.vitDefault(known(side, typed));
            default -> {
                Path file = Path.of(typed);
                if (!Files.exists(file)) {
                    throw new ModelException(typed + ": expected " + IMAGENET + ", " + HALF + ", " + PLAIN_CROP
                            + " or a file, found no such file.");
                }
                Preprocessing read = Preprocessing.read(file);
                yield side -> read;
            }
        };
    }

    /**
     * The preprocessing for a model that takes images of a side.
     *
     * @throws ModelException as {@link #parse}, and if it gives images of another size
     */
    public static Preprocessing forSide(String typed, int side) {
        Preprocessing chosen = parse(typed).apply(side);
        if (chosen.height() != side || chosen.width() != side) {
            throw new ModelException(typed + ": expected a size of " + side + "x" + side
                    + " as the model takes it, found " + chosen.height() + "x" + chosen.width() + ".");
        }
        return chosen;
    }

    private static int known(int side, String typed) {
        if (side < 1) {
            throw new ModelException("Preprocessing '" + typed + "': expected a model whose graph tells the side of its"
                    + " square images, found one that does not; give a " + Preprocessing.HUGGING_FACE_FILE
                    + " instead.");
        }
        return side;
    }
}
