package ham.export.patch;

import ham.merge.io.TemporaryFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/** Arrays that are more than memory holds, in a temporary file; read again each time they are asked for. */
final class Spill extends AbstractList<byte[]> implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    /** Where each begins, and the last ends. */
    private final List<Long> starts = new ArrayList<>(List.of(0L));

    Spill() throws IOException {
        file = TemporaryFiles.file("ham-patch-", ".changes");
        channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public boolean add(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long at = starts.get(size());
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer, at + buffer.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return starts.add(at + bytes.length);
    }

    @Override
    public byte[] get(int index) {
        long at = starts.get(index);
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(starts.get(index + 1) - at));
        try {
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                    throw new IOException(file + " ended early");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.array();
    }

    @Override
    public int size() {
        return starts.size() - 1;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
