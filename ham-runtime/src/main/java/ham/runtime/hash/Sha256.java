package ham.runtime.hash;

import ham.runtime.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hexadecimal digits. */
public final class Sha256 {
    private static final int CHUNK = 1 << 20;

    private Sha256() {}

    /** Of bytes in memory. */
    public static String of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    /** Of the bytes from position to limit, which stay as they are. */
    public static String of(ByteBuffer bytes) {
        MessageDigest digest = digest();
        digest.update(bytes.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Of a model with its weights: the bytes of its file, and for each file of external data that its tensors name, in the order of their names,
     * the length as eight bytes and the bytes.
     *
     * @throws ModelException if a file is missing or cannot be read, or the model is broken
     */
    public static String ofModel(Path file) {
        MessageDigest digest = digest();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (in.size() > Integer.MAX_VALUE) {
                throw new ModelException(
                        file + ": expected an ONNX model of less than 2 GiB beside its external data, found "
                                + in.size() + " bytes.");
            }
            ByteBuffer model = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size());
            digest.update(model.duplicate());
            for (String location : ExternalData.locations(file.toString(), model)) {
                update(digest, file, location);
            }
        } catch (IOException e) {
            throw new ModelException(file + ": expected an ONNX model, but it cannot be read (" + e + ").", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, Path model, String location) {
        byte[] chunk = new byte[CHUNK];
        try {
            Path data = model.resolveSibling(location);
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, Files.size(data)));
            try (InputStream in = Files.newInputStream(data)) {
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    digest.update(chunk, 0, read);
                }
            }
        } catch (IOException | InvalidPathException e) {
            throw new ModelException(
                    model + ": expected its external data '" + location + "' beside it, but that cannot be read (" + e
                            + ").",
                    e);
        }
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
