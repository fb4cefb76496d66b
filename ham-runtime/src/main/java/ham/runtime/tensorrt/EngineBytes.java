package ham.runtime.tensorrt;

import java.nio.ByteBuffer;

/** A serialized engine in native memory. */
interface EngineBytes extends AutoCloseable {
    /** Direct, valid until {@link #close}. */
    ByteBuffer buffer();

    @Override
    void close();
}
