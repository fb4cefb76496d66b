package ham.runtime.tensorrt.binding;

import static ham.runtime.backend.TensorRtLibrary.check;

import ham.runtime.ModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;

/** The same number of bytes twice: pinned on the host and on the GPU. */
final class NvMemory implements AutoCloseable {
    private final Pointer host = new Pointer();
    private final Pointer device = new Pointer();
    private final long bytes;
    private final ByteBuffer buffer;

    NvMemory(long bytes) {
        this.bytes = bytes;
        try {
            check("cudaMallocHost", cudart.cudaMallocHost(host, bytes));
            check("cudaMalloc", cudart.cudaMalloc(device, bytes));
            this.buffer = view(host, bytes);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Native memory as a direct buffer, which does not own it. */
    static ByteBuffer view(Pointer memory, long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new ModelException("Expected at most 2 GB in one piece of memory, found " + bytes + " bytes.");
        }
        try (BytePointer all = new BytePointer(memory)) {
            all.position(0).capacity(bytes);
            return all.asByteBuffer().order(ByteOrder.nativeOrder());
        }
    }

    /** What TensorRT serialized, deleted on close. */
    static Gpu.Bytes serialized(IHostMemory given) {
        CppObject<IHostMemory> memory = CppObject.own(given, IHostMemory::new);
        ByteBuffer all = view(given.data(), given.size());
        return new Gpu.Bytes() {
            @Override
            public ByteBuffer buffer() {
                return all.duplicate();
            }

            @Override
            public void close() {
                memory.close();
            }
        };
    }

    ByteBuffer buffer() {
        return buffer;
    }

    Pointer device() {
        return device;
    }

    void toDevice(CUstream_st stream) {
        check("cudaMemcpyAsync", cudart.cudaMemcpyAsync(device, host, bytes, cudart.cudaMemcpyHostToDevice, stream));
    }

    void toHost(CUstream_st stream) {
        check("cudaMemcpyAsync", cudart.cudaMemcpyAsync(host, device, bytes, cudart.cudaMemcpyDeviceToHost, stream));
    }

    @Override
    public void close() {
        if (!device.isNull()) {
            cudart.cudaFree(device);
            device.setNull();
        }
        if (!host.isNull()) {
            cudart.cudaFreeHost(host);
            host.setNull();
        }
    }
}
