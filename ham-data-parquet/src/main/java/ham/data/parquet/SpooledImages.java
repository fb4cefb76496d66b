package ham.data.parquet;

import ham.merge.InputException;
import ham.runtime.ModelException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import ham.train.data.ImageSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Encoded images in a temporary file, so that any of them can be read at once; parquet packs hundreds into a page.
 */
final class SpooledImages {
    private final FileChannel channel;
    private final List<Long> ends = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    SpooledImages() {
        try {
            Path file = Files.createTempFile("ham-images-", ".bin");
            channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            deleteOrLeave(file);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** An open file without a name ends with the process, however that ends; Windows does not allow it, and deletes the file when it is closed. */
    private static void deleteOrLeave(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    private static InputException unwritable(IOException e) {
        return new InputException(
                "temporary folder " + System.getProperty("java.io.tmpdir")
                        + ": expected room for the images of the parquet files, found that they cannot be written ("
                        + e.getMessage()
                        + "); free some, or choose another by JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=FOLDER",
                e);
    }

    /**
     * Adds an image.
     *
     * @param name for messages
     */
    void add(ByteBuffer image, String name) {
        long end = end(ends.size() - 1);
        try {
            while (image.hasRemaining()) {
                end += channel.write(image, end);
            }
        } catch (IOException e) {
            throw unwritable(e);
        }
        ends.add(end);
        names.add(name);
    }

    private long end(int index) {
        return index < 0 ? 0 : ends.get(index);
    }

    /** The images with their classes. */
    ImageSet labelled(int[] labels) {
        return new ImageSet() {
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
                return SpooledImages.this.image(index);
            }
        };
    }

    private RgbImage image(int index) {
        long begin = end(index - 1);
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end(index) - begin));
        try {
            int read = 0;
            while (bytes.hasRemaining() && read >= 0) {
                read = channel.read(bytes, begin + bytes.position());
            }
            return ImageDecoder.decode(bytes.array(), names.get(index));
        } catch (ModelException e) {
            throw new InputException(e.getMessage(), e);
        } catch (IOException e) {
            throw new InputException(names.get(index) + ": cannot be read again: " + e.getMessage(), e);
        }
    }
}
