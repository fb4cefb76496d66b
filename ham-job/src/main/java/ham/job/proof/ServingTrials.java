package ham.job.proof;

import ham.job.proof.Trials.Outcome;
import ham.runtime.backend.Backend;
import ham.runtime.backend.BackendStatus;
import ham.runtime.backend.Backends;
import ham.runtime.backend.Provider;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensorrt.TensorRtEngines;
import ham.runtime.tensorrt.engine.EngineOptions;
import ham.runtime.tensorrt.engine.EngineParity;
import ham.runtime.tensorrt.engine.EnginePrecision;
import ham.runtime.tensorrt.engine.EngineRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Supplier;

/** The exported model on every backend, with seeded noise: its outputs must be those of ONNX Runtime on the CPU. */
final class ServingTrials {
    /** Largest difference in float32, as a fraction of the range of the outputs. */
    private static final double SAME = 1e-3;

    private static final int ROWS = 8;
    private static final long SEED = 1;

    private final Trials trials;
    private final List<Path> models;
    private final Path folder;
    private final int threads;
    private final Map<String, Supplier<Model>> working = new LinkedHashMap<>();

    ServingTrials(Trials trials, List<Path> models, int threads, Path folder) {
        this.trials = trials;
        this.models = models;
        this.threads = threads;
        this.folder = folder;
    }

    /** What opens the model on each backend that passed, by its name. */
    Map<String, Supplier<Model>> working() {
        return working;
    }

    /** Tries all of it. */
    void run() {
        Optional<String> model = models.isEmpty() ? Optional.of("no model was exported") : Optional.empty();
        provider(Backend.ONNXRUNTIME_CPU, new Provider.Cpu(), model);
        provider(Backend.ONNXRUNTIME_CUDA, new Provider.Cuda(0), model);
        provider(
                Backend.ONNXRUNTIME_TENSORRT,
                new Provider.TensorRt(0, Optional.of(folder.resolve("engines")), false, false),
                model);
        Optional<String> native_ = model.or(() -> lacks(Backend.TENSORRT));
        engine("build, save and load a TensorRT engine, fp32", EnginePrecision.FP32, "fp32.engine", native_);
        refit(native_.or(() -> models.size() < 2 ? Optional.of("no second model was exported") : Optional.empty()));
        engine("build, save and load a TensorRT engine, fp16", EnginePrecision.FP16, "fp16.engine", native_);
    }

    private static Optional<String> lacks(Backend backend) {
        BackendStatus status = Backends.status(backend);
        return status.works() ? Optional.empty() : Optional.of(status.detail());
    }

    private void provider(Backend backend, Provider provider, Optional<String> lacking) {
        SessionSettings settings = new SessionSettings(threads).on(provider);
        trials.step("run on " + backend.label(), lacking.or(() -> lacks(backend)), () -> {
            Supplier<Model> opener = () -> OnnxModel.open(models.get(0), settings);
            Outcome outcome = compared(opener, models.get(0), SAME, Map.of());
            if (outcome.right()) {
                working.put(backend.label(), opener);
            }
            return outcome;
        });
    }

    private TensorRtEngines engines() {
        return new TensorRtEngines((stage, time) -> {}, warning -> {});
    }

    private void engine(String step, EnginePrecision precision, String name, Optional<String> lacking) {
        trials.step(step, lacking, () -> {
            Path out = folder.resolve(name);
            EngineOptions usual = EngineOptions.DEFAULT;
            EngineRecord record = engines()
                    .build(
                            models.get(0),
                            out,
                            new EngineOptions(precision, usual.batch(), usual.workspaceBytes(), usual.refittable()),
                            Optional.of(folder.resolve("timings")),
                            OptionalDouble.empty());
            Supplier<Model> opener = () -> engines().open(out);
            Outcome outcome = compared(opener, models.get(0), precision.tolerance(), figures(record));
            if (outcome.right()) {
                working.put("tensorrt " + precision.name().toLowerCase(Locale.ROOT), opener);
            }
            return outcome;
        });
    }

    private void refit(Optional<String> lacking) {
        trials.step("refit the engine with another merge", lacking, () -> {
            Path out = folder.resolve("refitted.engine");
            EngineRecord record =
                    engines().refit(folder.resolve("fp32.engine"), models.get(1), out, OptionalDouble.empty());
            return compared(
                    () -> engines().open(out), models.get(1), EnginePrecision.FP32.tolerance(), figures(record));
        });
    }

    private static Map<String, Double> figures(EngineRecord record) {
        return Map.of("build_s", record.seconds());
    }

    /** Runs noise through both and compares all outputs. */
    private Outcome compared(Supplier<Model> opener, Path onnx, double tolerance, Map<String, Double> known) {
        float[] expected;
        try (Model control = OnnxModel.open(onnx, new SessionSettings(threads))) {
            expected = logits(control);
        }
        float[] found;
        try (Model model = opener.get()) {
            found = logits(model);
        }
        EngineParity parity = EngineParity.of(expected, found, ROWS, tolerance);
        Map<String, Double> figures = new LinkedHashMap<>(known);
        figures.put("max_abs", parity.maxAbs());
        figures.put("allowed", parity.tolerance());
        figures.put("top1", parity.top1());
        return new Outcome(
                parity.passed(),
                String.format(
                        Locale.ROOT,
                        "largest difference from the CPU %.2g, allowed %.2g, top-1 agreement %.0f %%",
                        parity.maxAbs(),
                        parity.tolerance(),
                        100 * parity.top1()),
                figures);
    }

    private static float[] logits(Model model) {
        return model.run(Map.of(model.inputs().get(0).name(), noise(model, ROWS)))
                .values()
                .iterator()
                .next()
                .floats();
    }

    /** Seeded noise of a model's input, with so many rows. */
    static Tensor noise(Model model, int rows) {
        List<Long> shape = new ArrayList<>(model.inputs().get(0).shape());
        shape.set(0, (long) rows);
        int length = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
        float[] values = new float[length];
        Random random = new Random(SEED);
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, shape.stream().mapToLong(Long::longValue).toArray());
    }
}
