package ham.job.proof;

import ham.job.Job;
import ham.job.JobListener;
import ham.job.proof.Trials.Outcome;
import ham.merge.io.JsonFiles;
import ham.train.config.RunConfig;
import ham.train.engine.LibTorch;
import ham.train.engine.TorchEngine;
import ham.train.engine.TorchTrace;
import ham.train.lora.StepProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The same small stream on the CPU and on the GPU, in every number format: its losses must be those of float32 on the CPU. */
final class TrainingTrials {
    /** Largest relative difference of a loss in float32. */
    static final double SAME = 1e-3;
    /** Mean relative difference of the losses in a format of 16 bits. */
    static final double NEAR = 0.05;

    private static final int TASKS = 2;
    private static final int IMAGES = 40;
    private static final int BATCH = 32;
    private static final int PROJECTION = 200;
    private static final String CPU = "cpu";
    private static final String GPU = "gpu:0";

    private final Trials trials;
    private final RunConfig usual;
    private final Path folder;
    private final Map<String, List<Double>> losses = new HashMap<>();

    TrainingTrials(Trials trials, Path base, Path data, int threads, Path folder) {
        this.trials = trials;
        this.folder = folder;
        this.usual = RunConfig.builder()
                .setBase(base)
                .setData(data)
                .optTasks(TASKS)
                .optTrainImages(IMAGES)
                .optEpochs(1)
                .optBatch(BATCH)
                .optProjection(PROJECTION)
                .optFrozen(false)
                .optAnyTimeImages(2)
                .optThreads(threads)
                .build();
    }

    private RunConfig on(String device, String precision) {
        return usual.toBuilder().optDevice(device).optPrecision(precision).build();
    }

    /** Tries all of it. */
    void run() {
        train(CPU, "fp32", Optional.empty());
        train(CPU, "bf16", Optional.empty());
        trace(CPU, Optional.empty());
        Optional<String> lacking = gpuLacks();
        for (String precision : List.of("fp32", "bf16", "fp16")) {
            train(GPU, precision, lacking);
        }
        trace(GPU, lacking);
    }

    /** The run folder of a device and precision, which is there when its step passed. */
    Path folder(String device, String precision) {
        return folder.resolve(device.replace(":", "") + "-" + precision);
    }

    /** The exported model of the CPU in float32 and, for a second one of the same graph, in bf16. */
    List<Path> models() {
        return List.of(
                        folder(CPU, "fp32").resolve(Job.MODEL),
                        folder(CPU, "bf16").resolve(Job.MODEL))
                .stream()
                .filter(Files::exists)
                .toList();
    }

    /** Why nothing can be trained on a GPU here. */
    static Optional<String> gpuLacks() {
        LibTorch library = TorchEngine.library();
        if (library.noGpuBecause().isPresent()) {
            return library.noGpuBecause();
        }
        try (TorchEngine engine = TorchEngine.open(CPU, 0)) {
            return engine.gpus() > 0
                    ? Optional.empty()
                    : Optional.of("CUDA finds no GPU here (no driver, or none it may use)");
        }
    }

    private void train(String device, String precision, Optional<String> lacking) {
        trials.step("train, merge and export, " + precision + " on " + device, lacking, () -> {
            List<Double> own = new ArrayList<>();
            double[] speed = new double[1];
            Path run = folder(device, precision);
            Job.builder()
                    .setConfig(on(device, precision))
                    .setOut(run)
                    .optListener(new JobListener() {
                        @Override
                        public void step(int task, int tasks, StepProgress step) {
                            own.add(step.loss());
                            speed[0] = step.imagesPerSecond();
                        }
                    })
                    .build()
                    .run();
            losses.put(device + precision, own);
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("images_per_s", speed[0]);
            figures.put("last_loss", own.get(own.size() - 1));
            figures.put(
                    "parity_max_abs",
                    JsonFiles.read(run.resolve(Job.EXPORT), "the record of an export")
                            .path("parity")
                            .path("max_abs")
                            .asDouble(Double.NaN));
            return judged(precision, own, figures);
        });
    }

    private Outcome judged(String precision, List<Double> own, Map<String, Double> figures) {
        List<Double> reference = losses.get(CPU + "fp32");
        if (reference == own) {
            return new Outcome(true, own.size() + " steps; the losses that others are compared with", figures);
        }
        if (reference == null) {
            return new Outcome(false, "nothing to compare with: training in fp32 on the CPU failed", figures);
        }
        double largest = 0;
        double sum = 0;
        for (int i = 0; i < own.size(); i++) {
            double difference = Math.abs(own.get(i) - reference.get(i)) / Math.max(1e-3, Math.abs(reference.get(i)));
            largest = Math.max(largest, difference);
            sum += difference;
        }
        double mean = sum / own.size();
        figures.put("loss_difference_max", largest);
        figures.put("loss_difference_mean", mean);
        boolean exact = precision.equals("fp32");
        double found = exact ? largest : mean;
        double allowed = exact ? SAME : NEAR;
        return new Outcome(
                own.size() == reference.size() && found <= allowed,
                String.format(
                        Locale.ROOT,
                        "%s relative difference of the losses from fp32 on the CPU %.2g, allowed %.2g",
                        exact ? "largest" : "mean",
                        found,
                        allowed),
                figures);
    }

    /**
     * Traces a run and counts how often a number is read from the device on its own, which a training step must never do: it would wait for the
     * device in the middle of its work. A step reads one small tensor at its end, with the loss.
     */
    private void trace(String device, Optional<String> lacking) {
        trials.step("trace training on " + device, lacking, () -> {
            Path file = folder.resolve("trace-" + device.replace(":", "") + ".json");
            int[] steps = new int[1];
            RunConfig config = on(device, "fp32");
            Job job = Job.builder()
                    .setConfig(config)
                    .setOut(folder.resolve("traced-" + device.replace(":", "")))
                    .optListener(new JobListener() {
                        @Override
                        public void step(int task, int tasks, StepProgress step) {
                            steps[0]++;
                        }
                    })
                    .build();
            TorchTrace.record(file, device, config.threads(), job::run);
            Map<String, Integer> events = TorchTrace.events(file);
            int backward = count(events, "autograd::engine::evaluate_function");
            // The decomposition behind the analytic head looks at its own error code, once a task and not in a step.
            int scalars = count(events, "aten::_local_scalar_dense") - count(events, "aten::_linalg_check_errors");
            int copies = count(events, "Memcpy DtoH");
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("steps", (double) steps[0]);
            figures.put("backward_functions", (double) backward);
            figures.put("scalars_read", (double) scalars);
            figures.put("copies_from_device", (double) copies);
            return new Outcome(
                    backward > 0 && scalars == 0,
                    steps[0] + " steps, " + scalars + " numbers read one by one, " + copies
                            + " copies from the device in the whole run, evaluation included",
                    figures);
        });
    }

    private static int count(Map<String, Integer> events, String prefix) {
        return events.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }
}
