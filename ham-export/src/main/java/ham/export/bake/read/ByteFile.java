package ham.export.bake.read;

import ham.merge.InputException;
import ham.merge.io.FoundFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is read by position, in pieces, so that its pages do not stay resident as those of a mapping would. */
public final class ByteFile implements AutoCloseable {

    /** Bytes that a scan reads at once: little, because it jumps over the tensors. */
    static final int WINDOW = 1 << 13;

    /** Bytes that a bulk read moves at once. */
    private static final int CHUNK = 1 << 19;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private ByteBuffer chunk;

    private ByteFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /**
     * Opens a file for reading.
     *
     * @param what what the file should be, for the message
     * @throws InputException if it is missing, a folder or unreadable
     */
    public static ByteFile open(Path path, String what) {
        FoundFile.require(path, what);
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            return new ByteFile(path, channel, channel.size());
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }

    public Path path() {
        return path;
    }

    public FileChannel channel() {
        return channel;
    }

    public long size() {
        return size;
    }

    /** Reads a range from its beginning on; what is skipped is not read. */
    InputStream stream(Range range) {
        return new InputStream() {
            private long position = range.start();

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                int count = (int) Math.min(length, range.end() - position);
                if (count <= 0) {
                    return length == 0 ? 0 : -1;
                }
                fill(position, ByteBuffer.wrap(target, offset, count).slice());
                position += count;
                return count;
            }

            @Override
            public long skip(long count) {
                long skipped = Math.max(0, Math.min(count, range.end() - position));
                position += skipped;
                return skipped;
            }
        };
    }

    /** A copy of some bytes. */
    byte[] bytes(long position, int length) {
        byte[] bytes = new byte[length];
        chunks(position, length, (part, from) -> part.get(bytes, (int) from, part.remaining()));
        return bytes;
    }

    /** Gets the bytes of a range, piece by piece. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes a piece.
         *
         * @param part the bytes, little endian, from position 0
         * @param from where in the range the piece begins
         */
        void accept(ByteBuffer part, long from);
    }

    /** Reads a range in pieces whose sizes are multiples of 8, but for the last. */
    public void chunks(long position, long length, Sink sink) {
        if (chunk == null) {
            chunk = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        }
        for (long from = 0; from < length; from += CHUNK) {
            chunk.clear();
            chunk.limit((int) Math.min(CHUNK, length - from));
            fill(position + from, chunk);
            chunk.flip();
            sink.accept(chunk, from);
        }
    }

    private void fill(long position, ByteBuffer target) {
        try {
            while (target.hasRemaining()) {
                if (channel.read(target, position + target.position()) < 0) {
                    throw new InputException(path, "ended early at byte " + size + "; is it still being written?");
                }
            }
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw InputException.unreadable(path, e);
        }
    }
}
