package ham.serve;

import static ham.serve.TestServer.testdata;

import com.google.protobuf.ByteString;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.swap.SwapRule;
import ham.runtime.tensor.Tensor;
import ham.serve.batch.BatchRules;
import ham.serve.observe.LogForm;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferInputTensor;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The figures of {@code docs/serving.md} ({@code -Pfigures}). Server and clients share this process and its machine; what is compared takes turns.
 * {@code -Dham.figures.model=FILE.onnx} names a model of one float input.
 */
@Tag("soak")
class ServeFigures {
    private static final Path MODEL = Path.of(System.getProperty(
            "ham.figures.model", testdata("serve/scaled1.onnx").toString()));
    private static final int ROUNDS = Integer.getInteger("ham.figures.rounds", 3000);

    @TempDir
    private Path temp;

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    private TestServer start(Path file, UnaryOperator<ServeSettings.Builder> settings) {
        PrintStream none = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return TestServer.of(file, each -> settings.apply(each.optLog(LogForm.SLF4J, none)));
    }

    /** The shape of one row, and its values. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Row(String input, long[] shape, float[] values) {
        static Row of(OnnxModel model) {
            long[] shape = model.inputs().get(0).shape().stream()
                    .mapToLong(size -> size < 0 ? 1 : size)
                    .toArray();
            float[] values = new float[Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact))];
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-1, 1);
            }
            return new Row(model.inputs().get(0).name(), shape, values);
        }

        byte[] bytes() {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return bytes.array();
        }

        byte[] rest(String model) {
            byte[] data = bytes();
            byte[] json = ("{\"inputs\":[{\"name\":\"" + input + "\",\"datatype\":\"FP32\",\"shape\":"
                            + Arrays.toString(shape)
                            + ",\"parameters\":{\"binary_data_size\":" + data.length
                            + "}}],\"parameters\":{\"binary_data_output\":true}}")
                    .getBytes(StandardCharsets.UTF_8);
            byte[] body = Arrays.copyOf(json, json.length + data.length);
            System.arraycopy(data, 0, body, json.length, data.length);
            return RawHttp.request("v2/models/" + model + "/infer", body, json.length);
        }

        ModelInferRequest grpc(String model) {
            return ModelInferRequest.newBuilder()
                    .setModelName(model)
                    .addInputs(InferInputTensor.newBuilder()
                            .setName(input)
                            .setDatatype("FP32")
                            .addAllShape(LongStream.of(shape).boxed().toList()))
                    .addRawInputContents(ByteString.copyFrom(bytes()))
                    .build();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".onnx", "");
    }

    private static double percentile(long[] nanos, double fraction) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[(int) (fraction * (sorted.length - 1))] / 1e6;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static long nanos(Work work) throws IOException {
        long begun = System.nanoTime();
        work.run();
        return System.nanoTime() - begun;
    }

    @Test
    void overhead() throws IOException {
        try (TestServer server = start(MODEL, settings -> settings);
                OnnxModel model = OnnxModel.open(MODEL, new SessionSettings(1));
                RawHttp http = new RawHttp(server.server.httpPort().getAsInt());
                RawGrpc raw = new RawGrpc(server.server.grpcPort().getAsInt())) {
            Row row = Row.of(model);
            Map<String, Tensor> inputs = Map.of(row.input(), Tensor.of(row.values(), row.shape()));
            byte[] rest = row.rest(name(MODEL));
            ModelInferRequest request = row.grpc(name(MODEL));
            ManagedChannel channel = GrpcTest.channel(server);
            GRPCInferenceServiceBlockingStub stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
            byte[] message = request.toByteArray();
            List<Work> works = List.of(
                    () -> model.run(inputs),
                    () -> http.send(rest),
                    () -> raw.call("ModelInfer", message),
                    () -> stub.modelInfer(request));
            long[][] times = new long[works.size()][ROUNDS];
            for (int round = -ROUNDS / 2; round < ROUNDS; round++) {
                for (int i = 0; i < times.length; i++) {
                    long nanos = nanos(works.get(i));
                    if (round >= 0) {
                        times[i][round] = nanos;
                    }
                }
            }
            channel.shutdownNow();
            String[] names = {"in process", "REST, binary", "gRPC, frames", "gRPC, grpc-java"};
            say("overhead, %s, %d bytes a request, %d rounds in turns", name(MODEL), 4 * row.values().length, ROUNDS);
            for (int i = 0; i < times.length; i++) {
                long[] more = new long[ROUNDS];
                for (int round = 0; round < ROUNDS; round++) {
                    more[round] = times[i][round] - times[0][round];
                }
                say(
                        "  %-17s p50 %.3f ms, p90 %.3f ms, p99 %.3f ms; p50 of the difference to in process %+.3f ms",
                        names[i],
                        percentile(times[i], 0.5),
                        percentile(times[i], 0.9),
                        percentile(times[i], 0.99),
                        percentile(more, 0.5));
            }
        }
    }

    /** Requests a second and latencies of clients that ask one request after the other. */
    private static long[] ask(int port, byte[] request, int clients, int requests) throws InterruptedException {
        AtomicLong left = new AtomicLong(requests);
        long[] times = new long[requests];
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Thread thread = new Thread(() -> {
                try (RawHttp http = new RawHttp(port)) {
                    for (long next = left.decrementAndGet(); next >= 0; next = left.decrementAndGet()) {
                        long begun = System.nanoTime();
                        if (http.send(request) != 200) {
                            throw new AssertionError("a request failed");
                        }
                        times[(int) next] = System.nanoTime() - begun;
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (Arrays.stream(times).anyMatch(time -> time == 0)) {
            throw new AssertionError("a request failed");
        }
        return times;
    }

    @Test
    void batching() throws Exception {
        int[] clients = {1, 8, 32};
        try (TestServer alone = start(MODEL, each -> each.optBatching(new BatchRules(1, Duration.ZERO, 256, 1)));
                TestServer together =
                        start(MODEL, each -> each.optBatching(new BatchRules(32, Duration.ZERO, 256, 1)));
                OnnxModel model = OnnxModel.open(MODEL, new SessionSettings(1))) {
            byte[] request = Row.of(model).rest(name(MODEL));
            int[] ports = {
                alone.server.httpPort().getAsInt(), together.server.httpPort().getAsInt()
            };
            for (int count : clients) {
                double[][] rates = new double[2][5];
                double[][] p99 = new double[2][5];
                for (int round = -1; round < 5; round++) {
                    for (int i = 0; i < 2; i++) {
                        long begun = System.nanoTime();
                        long[] times = ask(ports[i], request, count, ROUNDS);
                        if (round >= 0) {
                            rates[i][round] = ROUNDS / ((System.nanoTime() - begun) / 1e9);
                            p99[i][round] = percentile(times, 0.99);
                        }
                    }
                }
                for (double[][] each : List.of(rates, p99)) {
                    Arrays.sort(each[0]);
                    Arrays.sort(each[1]);
                }
                say(
                        "batching, %s, %d clients: one by one %.0f requests/s (p99 %.1f ms), together %.0f requests/s (p99 %.1f ms); medians of 5",
                        name(MODEL), count, rates[0][2], p99[0][2], rates[1][2], p99[1][2]);
            }
        }
    }

    @Test
    void swapping() throws Exception {
        Path file = Files.copy(MODEL, temp.resolve("model.onnx"));
        try (TestServer server = start(
                        file, each -> each.optWatch(Duration.ofMillis(100)).optRule(SwapRule.ANY_MODEL));
                OnnxModel model = OnnxModel.open(MODEL, new SessionSettings(1))) {
            byte[] request = Row.of(model).rest("model");
            int port = server.server.httpPort().getAsInt();
            ask(port, request, 2, ROUNDS);
            List<double[]> still = new ArrayList<>();
            List<double[]> swapped = new ArrayList<>();
            for (int round = 0; round < 10; round++) {
                boolean swaps = round % 2 == 1;
                long until = System.nanoTime() + 5_000_000_000L;
                Thread swapper = new Thread(() -> {
                    try {
                        while (swaps && System.nanoTime() < until) {
                            Path copy = Files.copy(MODEL, temp.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
                            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
                            Thread.sleep(1000);
                        }
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                swapper.start();
                List<long[]> parts = new ArrayList<>();
                while (System.nanoTime() < until) {
                    parts.add(ask(port, request, 2, 200));
                }
                swapper.join();
                long[] times = parts.stream().flatMapToLong(Arrays::stream).toArray();
                (swaps ? swapped : still).add(new double[] {percentile(times, 0.5), percentile(times, 0.99)});
            }
            say("swapping, %s, 2 clients, turns of 5 s, medians of 5:", name(MODEL));
            say("  no swap         p50 %.3f ms, p99 %.3f ms", median(still, 0), median(still, 1));
            say("  a swap a second p50 %.3f ms, p99 %.3f ms", median(swapped, 0), median(swapped, 1));
            server.get("metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("ham_swaps"))
                    .forEach(line -> say("  %s", line));
        }
    }

    private static double median(List<double[]> values, int column) {
        double[] sorted =
                values.stream().mapToDouble(each -> each[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    @Test
    void soak() throws Exception {
        int requests = Integer.getInteger("ham.figures.soak", 500_000);
        try (TestServer server = start(MODEL, settings -> settings);
                OnnxModel model = OnnxModel.open(MODEL, new SessionSettings(1))) {
            byte[] request = Row.of(model).rest(name(MODEL));
            int part = requests / 10;
            for (int i = 1; i <= 10; i++) {
                long begun = System.nanoTime();
                ask(server.server.httpPort().getAsInt(), request, 4, part);
                double seconds = (System.nanoTime() - begun) / 1e9;
                System.gc();
                String memory = Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .findFirst()
                        .orElse("");
                long heap = Runtime.getRuntime().totalMemory()
                        - Runtime.getRuntime().freeMemory();
                say(
                        "soak, %d requests: %.0f requests/s, heap after collection %.1f MB, resident %.1f MB, %d threads",
                        i * part,
                        part / seconds,
                        heap / 1e6,
                        Long.parseLong(memory.replaceAll("\\D", "")) / 1e3,
                        Thread.activeCount());
            }
        }
    }
}
