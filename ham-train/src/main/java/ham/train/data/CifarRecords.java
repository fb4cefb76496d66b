package ham.train.data;

import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;

/** Records of CIFAR's binary versions: labels, a byte each, of which the last counts, then three planes of 32 x 32 bytes, red, green and blue. */
final class CifarRecords implements ImageSet {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;

    /** Records of every file, one file after the other; files mapped. */
    private final List<ByteBuffer> files;

    private final int labels;
    private final int record;
    private final int size;

    private CifarRecords(List<ByteBuffer> files, int labels) {
        this.files = files;
        this.labels = labels;
        this.record = labels + 3 * PLANE;
        this.size = files.stream().mapToInt(each -> each.limit() / record).sum();
    }

    /**
     * Opens files of records.
     *
     * @param labels bytes before the pixels
     * @param names file of the class names, for messages
     * @param classes number of the names
     * @throws InputException when a file is missing, cut off, or holds another class
     */
    static CifarRecords read(List<Path> files, int labels, Path names, int classes) {
        CifarRecords records =
                new CifarRecords(files.stream().map(CifarRecords::map).toList(), labels);
        for (int i = 0; i < files.size(); i++) {
            records.check(files.get(i), records.files.get(i), names, classes);
        }
        return records;
    }

    private void check(Path file, ByteBuffer bytes, Path names, int classes) {
        if (bytes.limit() == 0 || bytes.limit() % record != 0) {
            throw new InputException(
                    file,
                    "expected records of " + record + " bytes ("
                            + (labels == 1 ? "label" : "coarse label, fine label") + ", 3 x 32 x 32 pixels), found "
                            + bytes.limit() + " bytes, which is " + bytes.limit() / record + " records and "
                            + bytes.limit() % record + " bytes; fetch the file again");
        }
        for (int i = 0; i < bytes.limit() / record; i++) {
            int label = Byte.toUnsignedInt(bytes.get(i * record + labels - 1));
            if (label >= classes) {
                throw new InputException(
                        file,
                        "expected " + (labels == 1 ? "" : "fine ") + "labels below " + classes + " (the names in "
                                + names.getFileName() + "), found " + label + " in record " + i
                                + "; use the names that belong to this file");
            }
        }
    }

    private static ByteBuffer map(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new InputException(
                        file, "expected at most 2 GB, found " + channel.size() + " bytes; this is not CIFAR");
            }
            return channel.map(MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new InputException(file, "expected CIFAR records, found no file that can be read; put it there", e);
        }
    }

    @Override
    public int size() {
        return size;
    }

    /** Reads a byte of a record. */
    private byte at(int index, int offset) {
        int left = index;
        for (ByteBuffer file : files) {
            int here = file.limit() / record;
            if (left < here) {
                return file.get(left * record + offset);
            }
            left -= here;
        }
        throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int label(int index) {
        return Byte.toUnsignedInt(at(index, labels - 1));
    }

    @Override
    public RgbImage image(int index) {
        byte[] rgb = new byte[3 * PLANE];
        for (int pixel = 0; pixel < PLANE; pixel++) {
            for (int channel = 0; channel < 3; channel++) {
                rgb[3 * pixel + channel] = at(index, labels + channel * PLANE + pixel);
            }
        }
        return new RgbImage(SIDE, SIDE, rgb);
    }
}
