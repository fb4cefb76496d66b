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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The figures of {@code docs/serving.md} ({@code -Pfigures}), one table at the end. Server and clients share this process and its machine, but for the
 * server that is killed; what is compared takes turns. {@code -Dham.figures.model=FILE.onnx} names a model of one float input.
 */
@Tag("soak")
class ServeFigures {
    private static final List<String> TABLE = new ArrayList<>();

    private static final Path MODEL = Path.of(System.getProperty(
            "ham.figures.model", testdata("serve/scaled1.onnx").toString()));
    private static final int ROUNDS = Integer.getInteger("ham.figures.rounds", 3000);

    @TempDir
    private Path temp;

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    /** A line of the table. */
    private static void row(String what, String format, Object... arguments) {
        TABLE.add("| " + what + " | " + String.format(Locale.ROOT, format, arguments) + " |");
    }

    @AfterAll
    static void print() throws IOException {
        Path file = Path.of("/proc/loadavg");
        String load = Files.exists(file) ? Files.readString(file).replaceFirst(" .*\\s*$", "") : "unknown";
        say(
                "%n%s, %d processors, Java %s, load average at the end %s%n%n| what | measured |%n|---|---|",
                name(MODEL),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                load);
        TABLE.forEach(System.out::println);
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

    /** What no server can be below: a thread that reads the bytes of a request and answers one. */
    private static void readAndAnswer(ServerSocket listening, int bytes) {
        try (Socket socket = listening.accept()) {
            socket.setTcpNoDelay(true);
            while (socket.getInputStream().readNBytes(bytes).length == bytes) {
                socket.getOutputStream().write(1);
            }
        } catch (IOException e) {
            // The client is done.
        }
    }

    @Test
    void overhead() throws IOException {
        try (TestServer server = start(MODEL, settings -> settings);
                OnnxModel model = OnnxModel.open(MODEL, new SessionSettings(1));
                RawHttp http = new RawHttp(server.server.httpPort().getAsInt());
                RawGrpc raw = new RawGrpc(server.server.grpcPort().getAsInt());
                ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket bare = new Socket(InetAddress.getLoopbackAddress(), listening.getLocalPort())) {
            Row row = Row.of(model);
            Map<String, Tensor> inputs = Map.of(row.input(), Tensor.of(row.values(), row.shape()));
            byte[] rest = row.rest(name(MODEL));
            ModelInferRequest request = row.grpc(name(MODEL));
            ManagedChannel channel = GrpcTest.channel(server);
            GRPCInferenceServiceBlockingStub stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
            byte[] message = request.toByteArray();
            bare.setTcpNoDelay(true);
            Thread reader = new Thread(() -> readAndAnswer(listening, message.length));
            reader.setDaemon(true);
            reader.start();
            List<Work> works = List.of(
                    () -> model.run(inputs),
                    () -> http.send(rest),
                    () -> raw.call("ModelInfer", message),
                    () -> stub.modelInfer(request),
                    () -> {
                        bare.getOutputStream().write(message);
                        bare.getInputStream().read();
                    });
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
            String[] names = {"in process", "REST, binary", "gRPC, frames", "gRPC, grpc-java", "a bare socket, no run"};
            for (int i = 0; i < times.length; i++) {
                long[] more = new long[ROUNDS];
                for (int round = 0; round < ROUNDS; round++) {
                    more[round] = times[i][round] - (i == times.length - 1 ? 0 : times[0][round]);
                }
                row(
                        "batch 1, one client, " + 4 * row.values().length + " bytes a request: " + names[i],
                        "p50 %.3f ms, p90 %.3f ms, p99 %.3f ms; p50 added to the run in process %+.3f ms (%d rounds in turns)",
                        percentile(times[i], 0.5),
                        percentile(times[i], 0.9),
                        percentile(times[i], 0.99),
                        percentile(more, 0.5),
                        ROUNDS);
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
                row(
                        "dynamic batching, " + count + (count == 1 ? " client" : " clients"),
                        "one by one %.0f requests/s (p99 %.1f ms), together %.0f requests/s (p99 %.1f ms); medians of 5",
                        rates[0][2],
                        p99[0][2],
                        rates[1][2],
                        p99[1][2]);
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
            String swaps = server.get("metrics")
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("ham_swaps_total"))
                    .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                    .findFirst()
                    .orElse("no");
            row(
                    "a swap a second, 2 clients",
                    "p50 %.3f ms, p99 %.3f ms; without p50 %.3f ms, p99 %.3f ms; %s swaps, 0 requests failed; medians of 5 turns of 5 s",
                    median(swapped, 0),
                    median(swapped, 1),
                    median(still, 0),
                    median(still, 1),
                    swaps.replaceFirst("\\.0$", ""));
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
            List<double[]> soaked = new ArrayList<>();
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
                double[] now = {heap / 1e6, Long.parseLong(memory.replaceAll("\\D", "")) / 1e3, part / seconds};
                say(
                        "soak, %d requests: %.0f requests/s, heap after collection %.1f MB, resident %.1f MB, %d threads",
                        i * part, now[2], now[0], now[1], Thread.activeCount());
                soaked.add(now);
            }
            double[] first = soaked.get(0);
            double[] last = soaked.get(9);
            row(
                    "soak, " + requests + " requests, 4 clients",
                    "0 failed, %.0f to %.0f requests/s; heap after collection %.1f MB after a tenth, %.1f MB at the end; resident %.1f MB, %.1f MB",
                    soaked.stream().mapToDouble(each -> each[2]).min().orElse(0),
                    soaked.stream().mapToDouble(each -> each[2]).max().orElse(0),
                    first[0],
                    last[0],
                    first[1],
                    last[1]);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void killAndRestart() throws Exception {
        for (String signal : List.of("SIGTERM", "SIGKILL")) {
            int port = freePort();
            byte[] request;
            try (OnnxModel model = OnnxModel.open(MODEL, new SessionSettings(1))) {
                request = Row.of(model).rest(name(MODEL));
            }
            Process server = ServeProcess.start(MODEL, port);
            SeenByClients seen = new SeenByClients();
            AtomicBoolean stop = new AtomicBoolean();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread client = new Thread(() -> {
                    while (!stop.get()) {
                        seen.ask(port, request);
                    }
                });
                client.start();
                clients.add(client);
            }
            Thread.sleep(3000);
            if (signal.equals("SIGTERM")) {
                server.destroy();
            } else {
                server.destroyForcibly();
            }
            int code = server.waitFor();
            Process again = ServeProcess.start(MODEL, port);
            Thread.sleep(3000);
            stop.set(true);
            for (Thread each : clients) {
                each.join();
            }
            again.destroyForcibly().waitFor();
            row(
                    signal + " under load and a start again, 4 clients, a connection a request",
                    "%d answered, %d lost of what was accepted, exit code %d, served again after %.1f s",
                    seen.answered.get(),
                    seen.lost.get(),
                    code,
                    seen.gap.get() / 1e9);
        }
    }
}
