package ham.train.data;

import ham.merge.InputException;
import ham.runtime.ModelException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import java.nio.file.Path;
import java.util.List;

/**
 * Image files with labels.
 *
 * @param files one an image
 * @param labels one an image
 */
@SuppressWarnings("ArrayRecordComponent")
record ImageFiles(List<Path> files, int[] labels) implements ImageSet {
    ImageFiles {
        files = List.copyOf(files);
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public RgbImage image(int index) {
        try {
            return ImageDecoder.decode(files.get(index));
        } catch (ModelException e) {
            throw new InputException(e.getMessage(), e);
        }
    }
}
