package ham.runtime.tensorrt;

import java.nio.ByteBuffer;
import java.util.List;

/** Runs of one input shape on a stream of their own, for one thread at a time. */
interface GpuContext extends AutoCloseable {
    /** Pinned memory of the host, native byte order, valid until {@link #close}. */
    ByteBuffer input();

    /** The same for each output. */
    List<ByteBuffer> outputs();

    /** The shape of each output. */
    List<List<Long>> outputShapes();

    /** Copies the input to the GPU, runs, copies the outputs back and waits for them. */
    void run();

    @Override
    void close();
}
