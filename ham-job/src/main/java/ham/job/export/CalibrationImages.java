package ham.job.export;

import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.DataSpec;
import ham.train.data.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** Images of a folder as a model takes them. */
public final class CalibrationImages {
    private static final String IMAGE = "(?i).*\\.(png|jpe?g|bmp|gif)";

    private CalibrationImages() {}

    /**
     * Training images of a data folder, or the images that lie in a plain folder.
     *
     * @throws InputException if the folder is neither
     */
    public static ParityInputs open(Path folder, int most, Preprocessing preprocessing) {
        List<Path> images = images(folder);
        return images.isEmpty()
                ? of(DataSpec.open(folder).train(), most, folder, preprocessing)
                : inputs(images.size(), most, folder, preprocessing, i -> ImageDecoder.decode(images.get(i)));
    }

    /** Images of a set, at even distances, so that a set in the order of its classes gives some of each. */
    public static ParityInputs of(ImageSet images, int most, Path folder, Preprocessing preprocessing) {
        return inputs(images.size(), most, folder, preprocessing, images::image);
    }

    private static List<Path> images(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of(); // the data specification says what is wrong
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(IMAGE))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InputException(folder, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static ParityInputs inputs(
            int size, int most, Path folder, Preprocessing preprocessing, IntFunction<RgbImage> image) {
        int count = Math.min(most, size);
        int each = 3 * preprocessing.height() * preprocessing.width();
        float[] values = new float[Math.multiplyExact(count, each)];
        for (int i = 0; i < count; i++) {
            float[] pixels = preprocessing.apply(image.apply((int) ((long) i * size / count)));
            System.arraycopy(pixels, 0, values, i * each, each);
        }
        return new ParityInputs(count + (count == 1 ? " image of " : " images of ") + folder, count, values);
    }
}
