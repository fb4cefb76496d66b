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
import java.util.ArrayList;
import java.util.List;

/**
 * A file of any size, mapped in windows, read by position. Little endian.
 *
 * @param path where it is
 * @param size bytes of it
 * @param window bytes of every window but the last
 * @param windows its content
 */
record FileBytes(Path path, long size, int window, List<ByteBuffer> windows) {
    FileBytes {
        windows = List.copyOf(windows);
    }

    /** Opens a file. */
    static FileBytes open(Path path) {
        return open(path, Integer.MAX_VALUE);
    }

    static FileBytes open(Path path, int window) {
        FoundFile.require(path, "a file that is changed");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            List<ByteBuffer> windows = new ArrayList<>();
            for (long at = 0; at < size; at += window) {
                windows.add(channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(window, size - at)));
            }
            return new FileBytes(path, size, window, windows);
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }

    /**
     * Opens a model in one file, of which {@link #bytes} are.
     *
     * @throws InputException when it has 2 GB or more
     */
    static FileBytes openModel(Path path) {
        FoundFile.require(path, "an ONNX model");
        FileBytes file = open(path);
        if (file.size > Integer.MAX_VALUE) {
            throw new InputException(path, "expected a model below 2 GB, found " + file.size + " bytes");
        }
        return file;
    }

    /** The whole of a file of one window. */
    ByteBuffer bytes() {
        return windows.isEmpty() ? ByteBuffer.allocate(0) : windows.get(0);
    }

    /** A part of the file, copied only where it goes over the end of a window. */
    ByteBuffer slice(long start, int length) {
        int first = (int) (start / window);
        int within = (int) (start % window);
        if (length == 0) {
            return ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
        }
        if ((long) within + length <= window) {
            return windows.get(first).slice(within, length).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer copy = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = start; copy.hasRemaining(); at = start + copy.position()) {
            int from = (int) (at % window);
            copy.put(windows.get((int) (at / window)).slice(from, Math.min(copy.remaining(), window - from)));
        }
        return copy.flip();
    }

    float[] floats(long start, int count) {
        float[] values = new float[count];
        slice(start, Math.multiplyExact(count, Float.BYTES)).asFloatBuffer().get(values);
        return values;
    }

    String sha256() {
        Sha256 digest = new Sha256();
        windows.forEach(digest::update);
        return digest.hex();
    }
}
