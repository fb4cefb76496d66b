package ham.runtime.tensorrt;

import ham.common.Sha256;
import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.onnx.Ending;
import ham.runtime.onnx.ModelHash;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.tensorrt.binding.Gpu;
import ham.runtime.tensorrt.engine.BatchRange;
import ham.runtime.tensorrt.engine.EngineFile;
import ham.runtime.tensorrt.engine.EngineKey;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EngineParity;
import ham.runtime.tensorrt.engine.EnginePrecision;
import ham.runtime.tensorrt.engine.EngineRecord;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Builds, refits and loads engines on one {@link Gpu}; an engine is saved only when it does what ONNX Runtime does. */
final class EngineWorkshop {
    private final Supplier<Gpu> libraries;
    private final BiConsumer<String, Duration> progress;

    /** Opens a library of its own for each piece of work, since an engine that is loaded keeps its library. */
    EngineWorkshop(Supplier<Gpu> libraries, BiConsumer<String, Duration> progress) {
        this.libraries = libraries;
        this.progress = progress;
    }

    /** See {@link TensorRtEngines#build}. */
    EngineRecord build(Path onnx, Path out, EngineOptions options, Optional<Path> timings, OptionalDouble relative) {
        try (Gpu library = libraries.get();
                Model reference = OnnxModel.open(onnx, new SessionSettings(0))) {
            requireFit(reference, options.batch());
            EngineKey key = EngineKey.of(ModelHash.of(onnx), library.machine(), options);
            Stage<Gpu.Bytes> built = Stage.run(
                    progress,
                    "building an engine for " + onnx.getFileName(),
                    () -> library.build(onnx, options, timings));
            try (Gpu.Bytes bytes = built.result()) {
                EngineParity parity = compare(library, bytes, reference, key, relative);
                EngineRecord engineRecord = describe(key, onnx, bytes, reference, parity, built.seconds(), 0);
                new EngineFile(out).write(bytes.buffer(), engineRecord);
                return engineRecord;
            }
        }
    }

    /** See {@link TensorRtEngines#refit}. */
    EngineRecord refit(Path engine, Path next, Path out, OptionalDouble relative) {
        EngineFile.Saved saved = new EngineFile(engine).read();
        EngineRecord old = saved.engineRecord();
        if (!old.key().refittable()) {
            throw new ModelException(engine
                    + ": expected an engine that was built to be refitted, found one that was not; build it anew.");
        }
        try (Gpu library = libraries.get();
                Model reference = OnnxModel.open(next, new SessionSettings(0))) {
            requireNative(engine, old, library);
            requireSameGraph(engine, old, reference);
            Stage<Gpu.Bytes> refitted = Stage.run(
                    progress,
                    "refitting with the weights of " + next.getFileName(),
                    () -> refitted(library, engine, saved.bytes(), next));
            EngineKey key = old.key().withModel(ModelHash.of(next));
            try (Gpu.Bytes bytes = refitted.result()) {
                EngineParity parity = compare(library, bytes, reference, key, relative);
                EngineRecord engineRecord =
                        describe(key, next, bytes, reference, parity, refitted.seconds(), old.refits() + 1);
                new EngineFile(out).write(bytes.buffer(), engineRecord);
                return engineRecord;
            }
        }
    }

    private static Gpu.Bytes refitted(Gpu library, Path engine, ByteBuffer bytes, Path next) {
        try (Gpu.Engine loaded = library.load(bytes)) {
            if (!loaded.refittable()) {
                throw new ModelException(engine + ": expected an engine that can be refitted, found that TensorRT "
                        + library.machine().tensorRt()
                        + " cannot do it again with one that was; refit the engine that was built.");
            }
            loaded.refit(next);
            return loaded.serialize();
        }
    }

    /** See {@link TensorRtEngines#open}. */
    Model open(Path engine) {
        EngineFile.Saved saved = new EngineFile(engine).read();
        Gpu library = libraries.get();
        try {
            requireNative(engine, saved.engineRecord(), library);
            return TensorRtModel.of(engine.toString(), saved.engineRecord(), library, library.load(saved.bytes()));
        } catch (RuntimeException e) {
            library.close();
            throw e;
        }
    }

    /** See {@link TensorRtEngines#openOrBuild}. */
    Model openOrBuild(Path onnx, Path folder, EngineOptions options) {
        EngineKey key;
        try (Gpu library = libraries.get()) {
            key = EngineKey.of(ModelHash.of(onnx), library.machine(), options);
        }
        Path engine = folder.resolve(key.fileName());
        if (!new EngineFile(engine).exists()) {
            build(onnx, engine, options, Optional.of(folder.resolve(key.timingsName())), OptionalDouble.empty());
        }
        return open(engine);
    }

    private static void requireFit(Model model, BatchRange batch) {
        if (model.inputs().size() != 1) {
            throw new ModelException(model.name() + ": expected a model of one input, found "
                    + model.inputs().size() + ".");
        }
        requireNumbers(model, model.inputs().get(0), List.of(ElementType.FLOAT32, ElementType.UINT8));
        requireNumbers(model, model.outputs().get(0), List.of(ElementType.FLOAT32));
        batch.check(model.name(), model.inputs().get(0));
    }

    private static void requireNumbers(Model model, TensorSpec spec, List<ElementType> types) {
        List<String> labels = types.stream().map(ElementType::label).toList();
        if (!labels.contains(spec.dtype())) {
            throw new ModelException(model.name() + ": expected " + spec.name() + " to be of type "
                    + String.join(" or ", labels) + ", found " + spec.dtype() + ".");
        }
    }

    private static void requireNative(Path engine, EngineRecord engineRecord, Gpu library) {
        engineRecord.key().foreignTo(library.machine()).ifPresent(reason -> {
            throw new ModelException(
                    engine + ": expected an engine for this machine, but it " + reason + "; build one here.");
        });
    }

    private static void requireSameGraph(Path engine, EngineRecord old, Model next) {
        if (!old.inputs().equals(next.inputs()) || !old.outputs().equals(next.outputs())) {
            throw new ModelException(next.name() + ": expected inputs and outputs as of " + engine + " ("
                    + shapes(old.inputs()) + " to " + shapes(old.outputs()) + "), found " + shapes(next.inputs())
                    + " to "
                    + shapes(next.outputs())
                    + "; a graph of another shape, such as one of more classes, needs a new engine.");
        }
    }

    private static String shapes(List<TensorSpec> specs) {
        return String.join(
                ", ",
                specs.stream().map(each -> each.name() + " " + each.shapeText()).toList());
    }

    private EngineParity compare(
            Gpu library, Gpu.Bytes bytes, Model reference, EngineKey key, OptionalDouble relative) {
        BatchRange batch = BatchRange.of(key.batch());
        double allowed = relative.orElseGet(
                () -> EnginePrecision.ofLabel(key.precision()).orElseThrow().tolerance());
        try (Gpu.Engine engine = library.load(bytes.buffer())) {
            return Stage.run(
                            progress,
                            "comparing with ONNX Runtime on the CPU",
                            () -> ParityCheck.run(reference, engine, batch, allowed))
                    .result();
        }
    }

    private static EngineRecord describe(
            EngineKey key, Path onnx, Gpu.Bytes bytes, Model model, EngineParity parity, double seconds, int refits) {
        ByteBuffer buffer = bytes.buffer();
        Map<String, String> metadata = new TreeMap<>(model.metadata());
        Ending ending = model.ending(model.outputs().get(0).name());
        if (ending != Ending.NONE) {
            metadata.put(EngineRecord.ENDING, ending.name().toLowerCase(Locale.ROOT));
        }
        return new EngineRecord(
                EngineRecord.FORMAT,
                onnx.getFileName().toString(),
                key,
                Sha256.of(buffer),
                buffer.remaining(),
                model.inputs(),
                model.outputs(),
                metadata,
                parity,
                seconds,
                refits);
    }
}
