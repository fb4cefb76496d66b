package ham.runtime.tensorrt.binding;

import ham.runtime.ModelException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.SerializationFlag;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.ICudaEngine;
import org.bytedeco.tensorrt.nvinfer.IRefitter;
import org.bytedeco.tensorrt.nvinfer.IRuntime;
import org.bytedeco.tensorrt.nvinfer.ISerializationConfig;
import org.bytedeco.tensorrt.nvonnxparser.IParserRefitter;

/** An engine that TensorRT has loaded. */
final class NvEngine implements Gpu.Engine {
    private final NvLog log;
    private final CppObject<ICudaEngine> engine;

    NvEngine(NvLog log, IRuntime runtime, ByteBuffer bytes) {
        this.log = log;
        try (Pointer memory = new Pointer(bytes)) {
            ICudaEngine loaded = runtime.deserializeCudaEngine(memory, bytes.remaining());
            this.engine = CppObject.own(log.require(loaded, "an engine that can be loaded"), ICudaEngine::new);
        }
    }

    @Override
    public List<String> names() {
        return IntStream.range(0, engine.get().getNbIOTensors())
                .mapToObj(engine.get()::getIOTensorName)
                .toList();
    }

    @Override
    public boolean refittable() {
        return engine.get().isRefittable();
    }

    /**
     * The parser finds each weight of the engine under its name in the ONNX file and converts it as it did for the build. It keeps the file's
     * weights until the engine has taken them. The bindings can delete the refitter but not the parser's: that stays, with one copy of the
     * weights, until the process ends.
     */
    @Override
    public void refit(Path onnx) {
        IRefitter created = nvinfer.createInferRefitter(engine.get(), log);
        try (CppObject<IRefitter> refitter = CppObject.own(log.require(created, "a refitter"), IRefitter::new)) {
            IParserRefitter parser =
                    log.require(nvonnxparser.createParserRefitter(refitter.get(), log), "a refitter for ONNX files");
            if (!parser.refitFromFile(onnx.toString())) {
                String reasons = NvLog.objections(parser.getNbErrors(), parser::getError);
                throw log.failure(onnx
                        + ": expected the graph that the engine was built from with other weights, found one that does not"
                        + " fit; build a new engine" + reasons);
            }
            if (!refitter.get().refitCudaEngine()) {
                throw log.failure(
                        onnx + ": expected all weights of the engine, found some that are missing; build a new engine");
            }
        }
    }

    @Override
    public Gpu.Bytes serialize() {
        ISerializationConfig created = engine.get().createSerializationConfig();
        try (CppObject<ISerializationConfig> config =
                CppObject.own(log.require(created, "settings for saving"), ISerializationConfig::new)) {
            if (!config.get().clearFlag(SerializationFlag.kEXCLUDE_WEIGHTS)) {
                throw new ModelException(
                        "TensorRT: expected to save an engine with its weights, found that it cannot.");
            }
            return NvMemory.serialized(
                    log.require(engine.get().serializeWithConfig(config.get()), "an engine that can be saved"));
        }
    }

    @Override
    public Gpu.Context context(String input, long[] inputShape, long inputBytes, List<Gpu.Output> outputs) {
        return new NvContext(log, engine.get(), input, inputShape, inputBytes, outputs);
    }

    @Override
    public void close() {
        engine.close();
    }
}
