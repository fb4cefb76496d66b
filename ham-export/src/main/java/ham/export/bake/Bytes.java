package ham.export.bake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes that are made when they are written, so that one large tensor at a time is in memory. */
interface Bytes {

    /** How many there will be. */
    long length();

    /** Makes them. */
    ByteBuffer make();

    /** Bytes that are there already. */
    static Bytes of(byte[] bytes) {
        return new Bytes() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public ByteBuffer make() {
                return ByteBuffer.wrap(bytes);
            }
        };
    }

    /** Appends them to a file. */
    default void write(FileChannel target) throws IOException {
        ByteBuffer made = make();
        if (made.remaining() != length()) {
            throw new IllegalStateException("expected " + length() + " bytes, made " + made.remaining());
        }
        while (made.hasRemaining()) {
            target.write(made);
        }
    }
}
