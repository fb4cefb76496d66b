package ham.bench.program;

import ham.bench.latency.LatencySamples;
import ham.bench.latency.LatencySummary;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.model.Bound;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a request costs that goes to the next of several sessions every time, with a pool of threads a session (ONNX Runtime's default) or one for all:
 * {@code java -cp "ham-cli/target/lib/*" ham.bench.program.ManySessions MODEL.onnx SESSIONS THREADS own|shared}. The model has images of a fixed size
 * as its one input.
 */
public final class ManySessions {
    private static final int ROUNDS = 300;

    private ManySessions() {}

    /** Measures. */
    public static void main(String[] arguments) {
        Path model = Path.of(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        int threads = Integer.parseInt(arguments[2]);
        if (arguments[3].equals("shared")) {
            OnnxRuntime.shareThreads(threads);
        }
        List<Bound> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            OnnxModel opened = OnnxModel.open(model, new SessionSettings(threads));
            long[] shape = opened.inputs().get(0).shape().stream()
                    .mapToLong(size -> size < 0 ? 1 : size)
                    .toArray();
            sessions.add(opened.bind(shape));
        }
        LatencySamples samples = new LatencySamples();
        for (int i = -ROUNDS / 3; i < ROUNDS; i++) {
            Bound next = sessions.get(Math.floorMod(i, count));
            long begun = System.nanoTime();
            next.run();
            if (i >= 0) {
                samples.add(System.nanoTime() - begun);
            }
        }
        LatencySummary summary = samples.toSummary();
        System.out.printf(
                Locale.ROOT,
                "%d sessions of %s, %d threads, %s: p50 %.3f ms, p90 %.3f ms%n",
                count,
                model.getFileName(),
                threads,
                OnnxRuntime.sharesThreads() ? "one pool" : "a pool each",
                summary.p50Ms(),
                summary.p90Ms());
    }
}
