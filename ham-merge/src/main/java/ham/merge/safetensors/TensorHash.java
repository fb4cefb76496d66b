package ham.merge.safetensors;

import ham.common.Sha256;
import java.nio.charset.StandardCharsets;

/**
 * SHA-256 over tensors in name order; of each its name, dtype name, shape as {@code [a, b]}, all in UTF-8 and each followed by
 * a zero byte, then its bytes. How the file is sharded, ordered or annotated does not change it.
 */
public final class TensorHash {
    private static final byte[] END = {0};

    private TensorHash() {}

    /** The hash in lower-case hexadecimal. */
    public static String sha256(Tensors file) {
        Sha256 hash = new Sha256();
        for (String name : file.names()) {
            TensorInfo info = file.info(name);
            for (String part :
                    new String[] {name, info.dtype().name(), info.shape().toString()}) {
                hash.update(part.getBytes(StandardCharsets.UTF_8)).update(END);
            }
            file.read(name, hash::update);
        }
        return hash.hex();
    }
}
