package ham.merge.safetensors;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over tensors in name order; of each its name, dtype name, shape as {@code [a, b]}, all in UTF-8 and each followed by
 * a zero byte, then its bytes. How the file is sharded, ordered or annotated does not change it.
 */
public final class TensorHash {
    private TensorHash() {}

    /** The hash in lower-case hexadecimal. */
    public static String sha256(Tensors file) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
        for (String name : file.names()) {
            TensorInfo info = file.info(name);
            for (String part :
                    new String[] {name, info.dtype().name(), info.shape().toString()}) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            file.read(name, digest::update);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
