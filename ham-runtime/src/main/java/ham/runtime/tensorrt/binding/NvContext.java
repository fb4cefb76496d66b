package ham.runtime.tensorrt.binding;

import static ham.runtime.backend.TensorRtLibrary.check;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IExecutionContext;

/** An execution context with a stream and memory of its own. Addresses are set once; a run is two kinds of copies and one call between. */
final class NvContext implements Gpu.Context {
    private final NvLog log;
    private final CppObject<IExecutionContext> context;
    private final CUstream_st stream = new CUstream_st();
    private final List<NvMemory> outputs = new ArrayList<>();
    private final List<List<Long>> outputShapes = new ArrayList<>();
    private NvMemory input;

    NvContext(
            NvLog log,
            ICudaEngine engine,
            String inputName,
            long[] inputShape,
            long inputBytes,
            List<Gpu.Output> wanted) {
        this.log = log;
        this.context = CppObject.own(
                log.require(engine.createExecutionContext(), "an execution context"), IExecutionContext::new);
        try {
            check("cudaStreamCreateWithFlags", cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking));
            bindInput(inputName, inputShape, inputBytes);
            for (Gpu.Output output : wanted) {
                bindOutput(output);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void bindInput(String name, long[] shape, long bytes) {
        try (Dims64 dims = NvContext.dims(shape)) {
            require(context.get().setInputShape(name, dims), "the shape of " + name);
        }
        input = new NvMemory(bytes);
        require(context.get().setTensorAddress(name, input.device()), "the address of " + name);
    }

    private void bindOutput(Gpu.Output output) {
        List<Long> shape;
        try (Dims64 dims = context.get().getTensorShape(output.name())) {
            shape = NvContext.sizes(dims);
        }
        require(
                shape.stream().allMatch(size -> size >= 0),
                "a shape of " + output.name() + " that follows from the input");
        NvMemory memory = new NvMemory(
                shape.stream().mapToLong(Long::longValue).reduce(output.elementBytes(), Math::multiplyExact));
        outputs.add(memory);
        outputShapes.add(shape);
        require(context.get().setTensorAddress(output.name(), memory.device()), "the address of " + output.name());
    }

    private void require(boolean done, String what) {
        if (!done) {
            throw log.failure("TensorRT: expected to set " + what + ", found that it failed");
        }
    }

    @Override
    public ByteBuffer input() {
        return input.buffer();
    }

    @Override
    public List<ByteBuffer> outputs() {
        return outputs.stream().map(NvMemory::buffer).toList();
    }

    @Override
    public List<List<Long>> outputShapes() {
        return List.copyOf(outputShapes);
    }

    @Override
    public void run() {
        input.toDevice(stream);
        if (!context.get().enqueueV3(stream)) {
            throw log.failure("TensorRT: expected a run, found that it failed");
        }
        for (NvMemory output : outputs) {
            output.toHost(stream);
        }
        check("cudaStreamSynchronize", cudart.cudaStreamSynchronize(stream));
    }

    /** What runs goes before what it runs on. */
    @Override
    public void close() {
        if (!stream.isNull()) {
            cudart.cudaStreamSynchronize(stream);
        }
        context.close();
        if (!stream.isNull()) {
            cudart.cudaStreamDestroy(stream);
            stream.setNull();
        }
        outputs.forEach(NvMemory::close);
        if (input != null) {
            input.close();
        }
    }

    /** A shape as TensorRT takes it, to be closed. */
    static Dims64 dims(long... sizes) {
        Dims64 dims = new Dims64();
        dims.nbDims(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            dims.d(i, sizes[i]);
        }
        return dims;
    }

    /** The sizes, -1 for one that is not known; a negative number of dimensions, TensorRT's "not known", gives none. */
    static List<Long> sizes(Dims64 dims) {
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < dims.nbDims(); i++) {
            sizes.add(dims.d(i));
        }
        return sizes;
    }
}
