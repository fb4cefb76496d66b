package ham.train.input;

import ham.common.Sha256;
import ham.merge.InputException;
import ham.runtime.image.RgbImage;
import ham.runtime.preprocess.Crop;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.preprocess.Resizing;
import ham.train.data.ImageSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

/**
 * Images of a set as a model's preprocessing resizes them, each decoded and resized once: they are kept as bytes (3 * height * width) in memory as
 * far as there is room, and in a file where one is named, so that later tasks and later runs need not decode them either. Safe for use by several
 * threads and processes.
 *
 * <p>The file has a slot for each image: the checksum (CRC-32, bit 32 set) as 8 bytes, then the pixels. A slot whose checksum does not fit was
 * never written, or not wholly.
 */
public final class PreparedImages implements ImageSet {
    private static final long WRITTEN = 1L << 32;
    private static final int HEAD = Long.BYTES;
    private static final long MOST_KEPT = 1L << 30;
    private static final int HEAP_PARTS = 8;

    private final ImageSet set;
    private final Preprocessing preprocessing;
    private final FileChannel file;
    private final AtomicLong room;
    private final ConcurrentHashMap<Integer, RgbImage> kept = new ConcurrentHashMap<>();

    /** Bytes that the images of a set may take in memory: an eighth of Java's heap, and at most a gibibyte. */
    public static long room() {
        return Math.min(MOST_KEPT, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    }

    private PreparedImages(ImageSet set, Preprocessing preprocessing, FileChannel file, long room) {
        this.set = set;
        this.preprocessing = preprocessing;
        this.file = file;
        this.room = new AtomicLong(room);
    }

    /**
     * Keeps images in memory.
     *
     * @param room bytes that they may take together
     */
    public static PreparedImages of(ImageSet set, Preprocessing preprocessing, long room) {
        return new PreparedImages(set, preprocessing, null, room);
    }

    /**
     * Keeps images in memory and in a file.
     *
     * @param folder of such files, which is made where it does not exist
     * @param identity what the images are, for the file's name: the same for the same images only
     * @throws InputException when the file cannot be opened
     */
    public static PreparedImages of(
            ImageSet set, Preprocessing preprocessing, long room, Path folder, String identity) {
        String name = Sha256.of(
                (identity + "\n" + set.size() + "\n" + preprocessing.toJson()).getBytes(StandardCharsets.UTF_8));
        Path path = folder.resolve(name.substring(0, 32) + ".pixels");
        try {
            Files.createDirectories(folder);
            FileChannel file = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            return new PreparedImages(set, preprocessing, file, room);
        } catch (IOException e) {
            throw InputException.unwritable(path, e);
        }
    }

    /** The set that the images are of. */
    ImageSet original() {
        return set;
    }

    /** What is left to do with {@link #image}: to normalise it. */
    public Preprocessing normalisation() {
        return new Preprocessing(
                new Resizing.None(),
                preprocessing.resample(),
                Crop.NONE,
                preprocessing.height(),
                preprocessing.width(),
                preprocessing.rescaleFactor(),
                preprocessing.mean(),
                preprocessing.std(),
                false);
    }

    @Override
    public int size() {
        return set.size();
    }

    @Override
    public int label(int index) {
        return set.label(index);
    }

    /**
     * An image, resized.
     *
     * @throws InputException if it cannot be decoded
     */
    @Override
    public RgbImage image(int index) {
        RgbImage known = kept.get(index);
        if (known != null) {
            return known;
        }
        RgbImage image = file == null ? decoded(index) : filed(index);
        int bytes = image.rgb().length;
        if (room.addAndGet(-bytes) < 0 || kept.putIfAbsent(index, image) != null) {
            room.addAndGet(bytes);
        }
        return image;
    }

    private RgbImage decoded(int index) {
        return preprocessing.resize(set.image(index));
    }

    private RgbImage filed(int index) {
        int bytes = 3 * preprocessing.width() * preprocessing.height();
        long place = (long) index * (HEAD + bytes);
        ByteBuffer slot = ByteBuffer.allocate(HEAD + bytes);
        try {
            int read = 0;
            while (read >= 0 && slot.hasRemaining()) {
                read = file.read(slot, place + slot.position());
            }
            if (!slot.hasRemaining() && slot.getLong(0) == checksum(slot.array())) {
                byte[] rgb = new byte[bytes];
                slot.get(HEAD, rgb);
                return new RgbImage(preprocessing.width(), preprocessing.height(), rgb);
            }
            RgbImage image = decoded(index);
            slot.clear();
            slot.put(HEAD, image.rgb());
            slot.putLong(0, checksum(slot.array()));
            while (slot.hasRemaining()) {
                file.write(slot, place + slot.position());
            }
            return image;
        } catch (IOException e) {
            throw new InputException(
                    "image cache: cannot be read or written: " + e.getMessage() + "; use another folder, or none", e);
        }
    }

    private static long checksum(byte[] slot) {
        CRC32 checksum = new CRC32();
        checksum.update(slot, HEAD, slot.length - HEAD);
        return WRITTEN | checksum.getValue();
    }

    /** Gives back the memory of images that will not be asked for soon. */
    public void forget(int... indices) {
        for (int index : indices) {
            RgbImage image = kept.remove(index);
            if (image != null) {
                room.addAndGet(image.rgb().length);
            }
        }
    }
}
