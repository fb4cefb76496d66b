package ham.export.bake.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Bytes that are made when they are written, so that one large tensor at a time is in memory. */
public interface Bytes {

    /** How many there will be. */
    long length();

    /** Makes and writes them. */
    void write(WritableByteChannel target) throws IOException;

    /** Bytes that are there already. */
    static Bytes of(byte[] bytes) {
        return new Bytes() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public void write(WritableByteChannel target) throws IOException {
                all(ByteBuffer.wrap(bytes), target);
            }
        };
    }

    /** Writes all of a buffer. */
    static void all(ByteBuffer bytes, WritableByteChannel target) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }
}
