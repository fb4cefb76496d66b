package ham.bench.program;

import ham.bench.latency.InterleavedMeasurement;
import ham.bench.latency.TimedAction;
import ham.export.ExportRequest;
import ham.export.VitExporter;
import ham.export.parity.ParityInputs;
import ham.export.precision.Calibration;
import ham.export.precision.Flavor;
import ham.export.precision.NumberFormat;
import ham.export.precision.Precision;
import ham.export.precision.RangeMethod;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.Merged;
import ham.merge.io.Outputs;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Compares ONNX graphs of one random ViT-B/16 (224 pixels, 1000 classes) in ONNX Runtime, interleaved in one run. Prints medians, and ratios to the
 * first.
 *
 * <pre>java -Xmx8g -cp "ham-cli/target/lib/*" ham.bench.program.ExportBench GRAPH...</pre>
 *
 * <p>A GRAPH is {@code ham:PRECISION:FLAVOR[:static][:R]}, what {@code ham export} writes, with R tokens merged in a block; or switches with commas between them, which say how a graph is
 * written by hand: {@code exporter} (operators and layout of torch.onnx's TorchScript exporter: MatMul and Add, query and key each scaled, all
 * tokens in the last block), {@code int8} (as ONNX Runtime's dynamic quantiser changes it), {@code skip} (SkipLayerNormalization), {@code attention}
 * (Attention with packed q, k, v), {@code mha} (MultiHeadAttention), {@code biasgelu}, {@code gelu}, {@code fold} (attention scale in the weights),
 * {@code transposed} (Gemm on [in, out] weights), {@code patches} (patch embedding as Gemm). Without {@code exporter} the linear layers are Gemm on [batch * tokens, d]
 * and the last block computes the class token only.
 *
 * <p>System properties: {@code base}, a checkpoint in place of the random one, for graphs of ham; {@code batch} (1), {@code threads} (2), {@code rounds} (20), {@code images} (4, for static ranges). With {@code -Dcpu} the
 * session has one thread, and that thread's own CPU time is compared: on a machine that others use it is far steadier than time on the clock.
 */
public final class ExportBench {
    private ExportBench() {}

    /** Compares the graphs. */
    public static void main(String[] graphs) throws Exception {
        int batch = Integer.getInteger("batch", 1);
        boolean cpu = System.getProperty("cpu") != null;
        SessionSettings settings = new SessionSettings(cpu ? 1 : Integer.getInteger("threads", 2));
        Path folder = Files.createTempDirectory("ham-bench-");
        try {
            String base = System.getProperty("base");
            Checkpoint checkpoint =
                    base == null ? RandomBackbone.write(folder.resolve("base")) : Checkpoint.open(Path.of(base));
            int side = checkpoint.config().imageSize();
            ParityInputs images =
                    ParityInputs.seeded(checkpoint.config(), Math.max(batch, Integer.getInteger("images", 4)), 1);
            float[] pixels = images.range(0, batch);
            long[] shape = {batch, 3, side, side};
            FloatBuffer input = ByteBuffer.allocateDirect(4 * pixels.length)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer()
                    .put(pixels)
                    .flip();
            List<TimedAction> candidates = new ArrayList<>();
            float[] first = null;
            for (String graph : graphs) {
                Path file = folder.resolve("model.onnx");
                write(graph, checkpoint, images, settings, file);
                OnnxModel model = OnnxModel.open(file, settings);
                float[] logits = model.run(pixels, shape);
                first = first == null ? logits : first;
                System.out.printf(
                        "%-40s largest difference of a logit from the first graph %.1e%n",
                        graph, difference(first, logits));
                candidates.add(new TimedAction(graph, () -> model.run(input.duplicate(), shape)));
            }
            int rounds = Integer.getInteger("rounds", 20);
            double[] medians = cpu ? cpuTimes(candidates, rounds) : clockTimes(candidates, rounds);
            System.out.printf("batch %d, %s%n", batch, cpu ? "1 thread, CPU time" : settings.threads() + " threads");
            for (int i = 0; i < medians.length; i++) {
                System.out.printf("%-40s %8.1f ms %6.3f%n", graphs[i], medians[i], medians[i] / medians[0]);
            }
        } finally {
            Outputs.deleteTree(folder);
        }
    }

    private static double[] clockTimes(List<TimedAction> candidates, int rounds) {
        return new InterleavedMeasurement(2, rounds, 3, Duration.ofMillis(20), Duration.ofMinutes(10))
                .measure(candidates).stream()
                        .mapToDouble(each -> each.latency().p50Ms())
                        .toArray();
    }

    private static double[] cpuTimes(List<TimedAction> candidates, int rounds) {
        var threads = ManagementFactory.getThreadMXBean();
        double[][] times = new double[candidates.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < candidates.size(); turn++) {
                int index = (round + turn) % candidates.size();
                candidates.get(index).action().run(); // warms the caches
                long start = threads.getCurrentThreadCpuTime();
                candidates.get(index).action().run();
                times[index][round] = (threads.getCurrentThreadCpuTime() - start) / 1e6;
            }
        }
        return Arrays.stream(times)
                .mapToDouble(each -> Arrays.stream(each).sorted().toArray()[rounds / 2])
                .toArray();
    }

    private static void write(
            String graph, Checkpoint checkpoint, ParityInputs images, SessionSettings settings, Path file)
            throws Exception {
        Files.deleteIfExists(file);
        if (graph.startsWith("ham:")) {
            String[] parts = graph.split(":", -1);
            NumberFormat format = NumberFormat.of(
                    Precision.valueOf(parts[1].toUpperCase(Locale.ROOT)),
                    Flavor.valueOf(parts[2].toUpperCase(Locale.ROOT)));
            int merged = 0;
            for (String part : Arrays.asList(parts).subList(3, parts.length)) {
                if (part.equals("static")) {
                    format = format.withCalibration(new Calibration(images, RangeMethod.MINMAX));
                } else {
                    merged = Integer.parseInt(part);
                }
            }
            VitExporter.export(ExportRequest.builder()
                    .setBase(checkpoint)
                    .setMerged(Merged.none())
                    .setVersion("bench")
                    .setOutput(file)
                    .setSettings(settings)
                    .optFormat(format)
                    .optMergeTokens(merged)
                    .optVerify(false)
                    .build());
            return;
        }
        RandomGraph.write(Set.of(graph.split(",")), file);
    }

    private static double difference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
