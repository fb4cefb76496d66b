package ham.runtime.tensorrt;

import java.nio.ByteBuffer;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;

/** What TensorRT serialized, deleted on close. */
final class NvBytes implements EngineBytes {
    private final CppObject<IHostMemory> memory;
    private final ByteBuffer buffer;

    NvBytes(IHostMemory serialized) {
        this.memory = CppObject.own(serialized, IHostMemory::new);
        this.buffer = NvMemory.view(serialized.data(), serialized.size());
    }

    @Override
    public ByteBuffer buffer() {
        return buffer.duplicate();
    }

    @Override
    public void close() {
        memory.close();
    }
}
