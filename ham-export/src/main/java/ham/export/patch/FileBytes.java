package ham.export.patch;

import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.io.FoundFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file below 2 GB, mapped.
 *
 * @param path where it is
 * @param bytes its content, little endian; read by position
 */
record FileBytes(Path path, ByteBuffer bytes) {
    static FileBytes open(Path path) {
        FoundFile.require(path, "an ONNX model");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new InputException(path, "expected a model below 2 GB, found " + channel.size() + " bytes");
            }
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return new FileBytes(path, mapped.order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }

    int size() {
        return bytes.limit();
    }

    ByteBuffer slice(int start, int length) {
        return bytes.slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    float[] floats(int start, int count) {
        float[] values = new float[count];
        slice(start, Math.multiplyExact(count, Float.BYTES)).asFloatBuffer().get(values);
        return values;
    }

    String sha256() {
        return Sha256.of(bytes.duplicate().clear());
    }
}
