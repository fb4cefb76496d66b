package ham.common;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 that is being taken, as lower-case hexadecimal digits in the end. Source: FIPS 180-4. Not for several threads. */
public final class Sha256 {
    private static final int CHUNK = 1 << 20;

    private final MessageDigest digest;

    /** Of nothing yet. */
    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Of bytes in memory. */
    public static String of(byte[] bytes) {
        return new Sha256().update(bytes).hex();
    }

    /** Of the bytes from position to limit, which stay as they are. */
    public static String of(ByteBuffer bytes) {
        return new Sha256().update(bytes).hex();
    }

    /**
     * Of the content of a file.
     *
     * @throws IOException if it cannot be read
     */
    public static String of(Path file) throws IOException {
        return new Sha256().update(file).hex();
    }

    /** Adds bytes. */
    public Sha256 update(byte[] bytes) {
        digest.update(bytes);
        return this;
    }

    /** Adds a part of an array. */
    public Sha256 update(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
        return this;
    }

    /** Adds the bytes from position to limit, which stay as they are. */
    public Sha256 update(ByteBuffer bytes) {
        digest.update(bytes.duplicate());
        return this;
    }

    /**
     * Adds the content of a file.
     *
     * @throws IOException if it cannot be read
     */
    public Sha256 update(Path file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return this;
    }

    /** The 64 digits of all that was added; this begins anew. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
