package ham.runtime.app;

import ham.runtime.ModelException;
import ham.runtime.preprocess.Preprocessing;
import java.nio.file.Path;
import java.util.function.IntFunction;

/** Preprocessing as it is typed: a name, or a {@value Preprocessing#HUGGING_FACE_FILE}. */
public final class PreprocessingChoice {
    private PreprocessingChoice() {}

    /**
     * The preprocessing for the side of a graph's images, -1 if the graph does not tell it.
     *
     * @param typed {@code imagenet} ({@link Preprocessing#imagenet}), {@code half} ({@link Preprocessing#vitDefault}), or a file
     * @throws ModelException at once if the file is missing or broken; later if a name is given and the graph does not tell the side
     */
    public static IntFunction<Preprocessing> parse(String typed) {
        return switch (typed) {
            case "imagenet" -> side -> Preprocessing.imagenet(known(side, typed));
            case "half" -> side -> Preprocessing.vitDefault(known(side, typed));
            default -> {
                Preprocessing read = Preprocessing.read(Path.of(typed));
                yield side -> read;
            }
        };
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
