package ham.runtime.tensorrt.binding;

import ham.runtime.ModelException;
import ham.runtime.tensorrt.engine.BatchRange;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EnginePrecision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.BuilderFlag;
import org.bytedeco.tensorrt.global.nvinfer.LayerType;
import org.bytedeco.tensorrt.global.nvinfer.MemoryPoolType;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.global.nvonnxparser;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;
import org.bytedeco.tensorrt.nvonnxparser.IParser;

/**
 * One build: network from ONNX, flags, one optimization profile, timing cache. The builder owns the profile. The bindings cannot delete the
 * parser, which stays, with one copy of the weights, until the process ends.
 */
final class NvBuild implements AutoCloseable {
    private final NvLog log;
    private final CppObject.Scope scope = new CppObject.Scope();
    private final IBuilder builder;
    private final INetworkDefinition network;
    private final IBuilderConfig config;

    NvBuild(NvLog log) {
        this.log = log;
        try {
            this.builder = scope.own(log.require(nvinfer.createInferBuilder(log), "a builder"), IBuilder::new);
            this.network =
                    scope.own(log.require(builder.createNetworkV2(0), "an empty network"), INetworkDefinition::new);
            this.config =
                    scope.own(log.require(builder.createBuilderConfig(), "settings of a build"), IBuilderConfig::new);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    Gpu.Bytes build(Path onnx, EngineOptions options, Optional<Path> timings) {
        parse(onnx);
        config.setMemoryPoolLimit(MemoryPoolType.kWORKSPACE, options.workspaceBytes());
        setFlags(onnx, options);
        addProfile(options.batch());
        try (TimingCache cache = new TimingCache(timings)) {
            Gpu.Bytes engine = NvMemory.serialized(
                    log.require(builder.buildSerializedNetwork(network, config), "an engine for " + onnx));
            cache.save();
            return engine;
        }
    }

    private void parse(Path onnx) {
        IParser parser = log.require(nvonnxparser.createParser(network, log), "a parser for ONNX files");
        if (!parser.parseFromFile(onnx.toString(), ILogger.Severity.kWARNING.value)) {
            throw log.failure(onnx + ": expected a graph that TensorRT can take over, found one that it cannot"
                    + NvLog.objections(parser.getNbErrors(), parser::getError));
        }
    }

    /** TF32 is on unless it is switched off. */
    @SuppressWarnings(
            "deprecation") // the other way, a graph typed as float16, is a matter of the export, not of the engine
    private void setFlags(Path onnx, EngineOptions options) {
        EnginePrecision precision = options.precision();
        if (precision == EnginePrecision.FP32) {
            config.clearFlag(BuilderFlag.kTF32);
        }
        if (precision == EnginePrecision.FP16 || precision == EnginePrecision.INT8) {
            config.setFlag(BuilderFlag.kFP16);
        }
        if (precision == EnginePrecision.INT8) {
            requireQuantized(onnx);
            config.setFlag(BuilderFlag.kINT8);
        }
        if (options.refittable()) {
            config.setFlag(BuilderFlag.kREFIT);
        }
    }

    private void requireQuantized(Path onnx) {
        boolean quantized = IntStream.range(0, network.getNbLayers())
                .anyMatch(i -> network.getLayer(i).getType().value == LayerType.kQUANTIZE.value);
        if (!quantized) {
            throw new ModelException(
                    onnx + ": expected a graph that says how to quantise for int8, found no QuantizeLinear;"
                            + " export it as int8 with images to calibrate by, or take fp16.");
        }
    }

    private void addProfile(BatchRange batch) {
        ITensor input = network.getInput(0);
        List<Long> shape;
        try (Dims64 dims = input.getDimensions()) {
            shape = NvContext.sizes(dims);
        }
        if (shape.get(0) >= 0) {
            return;
        }
        IOptimizationProfile profile = log.require(builder.createOptimizationProfile(), "an optimization profile");
        setDimensions(profile, input.getName(), OptProfileSelector.kMIN, shape, batch.min());
        setDimensions(profile, input.getName(), OptProfileSelector.kOPT, shape, batch.opt());
        setDimensions(profile, input.getName(), OptProfileSelector.kMAX, shape, batch.max());
        if (config.addOptimizationProfile(profile) < 0) {
            throw log.failure(
                    "TensorRT: expected a profile for batches of " + batch.text() + ", found that it is refused");
        }
    }

    private void setDimensions(
            IOptimizationProfile profile, String name, OptProfileSelector which, List<Long> shape, int batch) {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        sizes[0] = batch;
        try (Dims64 dims = NvContext.dims(sizes)) {
            if (!profile.setDimensions(name, which, dims)) {
                throw log.failure(
                        "TensorRT: expected a profile for a batch of " + batch + ", found that it is refused");
            }
        }
    }

    /** Settings, network and builder, in this order. */
    @Override
    public void close() {
        scope.close();
    }

    /** Kernel timings of earlier builds; set before a build and written after it. It must outlive the build. */
    private final class TimingCache implements AutoCloseable {
        private final Optional<Path> file;
        private final CppObject<ITimingCache> cache;

        private TimingCache(Optional<Path> file) {
            this.file = file;
            byte[] known = file.filter(Files::isRegularFile).map(this::read).orElse(new byte[0]);
            try (BytePointer bytes = known.length == 0 ? null : new BytePointer(known)) {
                ITimingCache created = config.createTimingCache(bytes, known.length);
                this.cache = CppObject.own(log.require(created, "a cache of timings"), ITimingCache::new);
            }
            if (!config.setTimingCache(cache.get(), false)) {
                cache.close();
                throw log.failure(file.map(each -> each + ": ").orElse("")
                        + "expected timings of this GPU and TensorRT, found others; delete the file");
            }
        }

        private byte[] read(Path path) {
            try {
                return Files.readAllBytes(path);
            } catch (IOException e) {
                throw new ModelException(
                        path + ": expected timings of kernels, but they cannot be read (" + e + ").", e);
            }
        }

        void save() {
            if (file.isPresent()) {
                try (Gpu.Bytes bytes =
                        NvMemory.serialized(log.require(cache.get().serialize(), "timings that can be saved"))) {
                    byte[] all = new byte[bytes.buffer().remaining()];
                    bytes.buffer().get(all);
                    Files.createDirectories(file.get().toAbsolutePath().getParent());
                    Files.write(file.get(), all);
                } catch (IOException e) {
                    throw new ModelException(file.get() + ": cannot be written (" + e + ").", e);
                }
            }
        }

        @Override
        public void close() {
            cache.close();
        }
    }
}
