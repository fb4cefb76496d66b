import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Cuts the first N images of every class out of the published Fashion-MNIST files, order kept, and writes them as IDX gz again.
 *
 * <p>Usage: {@code java MakeSubset.java SOURCE_FOLDER TARGET_FOLDER TRAIN_PER_CLASS TEST_PER_CLASS}
 */
public final class MakeSubset {
    private static final int CLASSES = 10;
    private static final int PIXELS = 28 * 28;

    public static void main(String[] args) throws IOException {
        Path source = Path.of(args[0]);
        Path target = Path.of(args[1]);
        cut(source, target, "train", Integer.parseInt(args[2]));
        cut(source, target, "t10k", Integer.parseInt(args[3]));
    }

    private static void cut(Path source, Path target, String part, int perClass) throws IOException {
        byte[] images = read(source.resolve(part + "-images-idx3-ubyte.gz"));
        byte[] labels = read(source.resolve(part + "-labels-idx1-ubyte.gz"));
        int total = perClass * CLASSES;
        ByteBuffer imageFile = ByteBuffer.allocate(16 + total * PIXELS).putInt(0x0803).putInt(total).putInt(28).putInt(28);
        ByteBuffer labelFile = ByteBuffer.allocate(8 + total).putInt(0x0801).putInt(total);
        int[] taken = new int[CLASSES];
        for (int i = 8; i < labels.length; i++) {
            if (taken[labels[i]]++ < perClass) {
                labelFile.put(labels[i]);
                imageFile.put(images, 16 + (i - 8) * PIXELS, PIXELS);
            }
        }
        write(target.resolve(part + "-images-idx3-ubyte.gz"), imageFile.array());
        write(target.resolve(part + "-labels-idx1-ubyte.gz"), labelFile.array());
    }

    private static byte[] read(Path file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            out.write(content);
        }
        Files.write(file, bytes.toByteArray());
    }
}
