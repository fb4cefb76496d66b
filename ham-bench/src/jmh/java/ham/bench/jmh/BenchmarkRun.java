package ham.bench.jmh;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What {@code ./mvnw -Pjmh -pl ham-bench -am test -Dtest=BenchmarkRun -Dham.bench.model=MODEL.onnx} runs. */
class BenchmarkRun {
    private static String model;

    @BeforeAll
    static void findModel() {
        model = Path.of(System.getProperty("ham.bench.model", System.getProperty("ham.testdata") + "/onnx/colors.onnx"))
                .toAbsolutePath()
                .toString();
    }

    /** JMH with the profiler of the heap; {@code -Dham.bench.seconds=N} for iterations of another length. */
    @Test
    void allocationAndTime() throws RunnerException {
        TimeValue time = TimeValue.seconds(Integer.getInteger("ham.bench.seconds", 2));
        new Runner(new OptionsBuilder()
                        .include(RuntimeBenchmark.class.getSimpleName())
                        .param("model", model)
                        .addProfiler(GCProfiler.class)
                        .warmupTime(time)
                        .measurementTime(time)
                        .build())
                .run();
    }

    /**
     * Latency relative to the bare loop, interleaved: the ways take turns of a few calls in an order that alternates, and the medians of all calls
     * are compared, so that a change of the machine's pace meets all alike.
     */
    @Test
    void latencyAgainstTheBareLoop() throws OrtException {
        int rounds = Integer.getInteger("ham.bench.rounds", 300);
        int calls = 10;
        RuntimeBenchmark ways = new RuntimeBenchmark();
        ways.model = model;
        ways.open();
        long[][] times = new long[3][rounds * calls];
        long sink = 0;
        for (int round = -rounds / 3; round < rounds; round++) {
            for (int turn = 0; turn < 3; turn++) {
                int way = round % 2 == 0 ? turn : 2 - turn;
                for (int call = 0; call < calls; call++) {
                    long begin = System.nanoTime();
                    Object answer =
                            switch (way) {
                                case 0 -> ways.bareRun();
                                case 1 -> ways.boundRun();
                                default -> ways.classifyTensor();
                            };
                    long took = System.nanoTime() - begin;
                    sink += answer.hashCode();
                    if (round >= 0) {
                        times[way][round * calls + call] = took;
                    }
                }
            }
        }
        ways.close();
        double bare = median(times[0]);
        System.out.printf(
                "latency, medians of %d calls each, interleaved: bare %.1f us, bound %.1f us (%.3f), classify a tensor %.1f us (%.3f) [%d]%n",
                rounds * calls,
                bare / 1e3,
                median(times[1]) / 1e3,
                median(times[1]) / bare,
                median(times[2]) / 1e3,
                median(times[2]) / bare,
                sink & 1);
    }

    private static double median(long[] times) {
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
