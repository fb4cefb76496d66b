package ham.job.export;

import ham.common.HamException;
import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Preprocessing;
import ham.train.data.BadImages;
import ham.train.data.DataSpec;
import ham.train.data.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Images of a folder as a model takes them. */
public final class CalibrationImages {
    private static final String IMAGE = "(?i).*\\.(png|jpe?g|bmp|gif|tiff?|webp|p[pgbn]m)";

    private CalibrationImages() {}

    /**
     * Images of a data set, those to learn from where it has some, or the images that lie in a plain folder.
     *
     * @param rule what happens with images that cannot be decoded
     * @param skipped told what is wrong with each image that is left out
     * @throws InputException if the folder is neither
     */
    public static ParityInputs open(
            Path folder, int most, Preprocessing preprocessing, BadImages rule, Consumer<String> skipped) {
        List<Path> images = images(folder);
        return images.isEmpty()
                ? inputs(DataSpec.openAny(folder).anyImages(), most, folder, preprocessing, rule, skipped)
                : inputs(new PlainFolder(images), most, folder, preprocessing, rule, skipped);
    }

    /** Images of a set, at even distances, so that a set in the order of its classes gives some of each. */
    public static ParityInputs of(ImageSet images, int most, Path folder, Preprocessing preprocessing) {
        return inputs(images, most, folder, preprocessing, BadImages.STOP, fault -> {});
    }

    private record PlainFolder(List<Path> files) implements ImageSet {
        @Override
        public int size() {
            return files.size();
        }

        @Override
        public int label(int index) {
            throw new UnsupportedOperationException("images of a plain folder have no class");
        }

        @Override
        public RgbImage image(int index) {
            return ImageDecoder.decode(files.get(index));
        }
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
            ImageSet images,
            int most,
            Path folder,
            Preprocessing preprocessing,
            BadImages rule,
            Consumer<String> skipped) {
        int wanted = Math.min(most, images.size());
        int each = 3 * preprocessing.height() * preprocessing.width();
        float[] values = new float[Math.multiplyExact(wanted, each)];
        int count = 0;
        for (int i = 0; i < wanted; i++) {
            try {
                float[] pixels = preprocessing.apply(images.image((int) ((long) i * images.size() / wanted)));
                System.arraycopy(pixels, 0, values, count++ * each, each);
            } catch (HamException e) {
                if (rule == BadImages.STOP) {
                    throw e;
                }
                skipped.accept(e.getMessage());
            }
        }
        if (count == 0) {
            throw new InputException(folder, "expected images, found none that can be decoded; give others");
        }
        return new ParityInputs(
                count + (count == 1 ? " image of " : " images of ") + folder,
                count,
                count == wanted ? values : Arrays.copyOf(values, count * each));
    }
}
