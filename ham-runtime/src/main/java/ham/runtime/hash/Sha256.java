package ham.runtime.tensorrt;

import ham.runtime.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in hexadecimal digits. */
final class Sha256 {
    private static final int CHUNK = 1 << 20;

    private Sha256() {}

    /** Of bytes in memory. */
    static String of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    /** Of the bytes from position to limit, which stay as they are. */
    static String of(ByteBuffer bytes) {
        MessageDigest digest = digest();
        digest.update(bytes.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Of a model: its file, and after it the file of the same name with {@code .data} behind it, if there is one, which is where exporters put
     * external data.
     *
     * @throws ModelException if it cannot be read
     */
    static String ofModel(Path file) {
        MessageDigest digest = digest();
        update(digest, file);
        Path data = file.resolveSibling(file.getFileName() + ".data");
        if (Files.isRegularFile(data)) {
            update(digest, data);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, Path file) {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        } catch (IOException e) {
            throw new ModelException(file + ": expected an ONNX model, but it cannot be read (" + e + ").", e);
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
