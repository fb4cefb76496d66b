package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import ham.serve.batch.BatchRules;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc;
import ham.serve.proto.inference.InferParameter;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferInputTensor;
import ham.serve.proto.inference.ServerMetadataRequest;
import ham.serve.service.Limits;
import ham.serve.service.Token;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;

/** Clients that do everything wrong, of servers with small limits; each tells in a line what it was answered. */
final class BadClients implements AutoCloseable {
    static final int MAX_BODY = 100_000;

    private final TestServer server = TestServer.of(
            testdata("serve"),
            settings -> settings.optLimits(
                    new Limits(MAX_BODY, 2_000_000, Duration.ofMillis(600), Duration.ofSeconds(5), 50, 1_000_000)));
    private final ManagedChannel channel = GrpcTest.channel(server);
    private final FakeModel slow = new FakeModel();
    private final TestServer waiting =
            TestServer.of(slow, settings -> settings.optBatching(new BatchRules(1, Duration.ZERO, 1, 1)));
    private final ManagedChannel toWaiting = GrpcTest.channel(waiting);

    /** Says something wrong. */
    interface Say {
        String to(BadClients clients) throws Exception;
    }

    private static String told(TestServer.Answer answer) {
        return told(answer.status(), answer.error());
    }

    private static String told(int status, String message) {
        assertThat(message).as("message of a " + status).isNotEmpty();
        return "**" + status + "** " + message;
    }

    private static String told(io.grpc.Status status) {
        return "**" + status.getCode() + "** "
                + (status.getDescription() == null ? "" : status.getDescription()).replaceAll("\\s+", " ");
    }

    private static String told(Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (StatusRuntimeException e) {
            return told(e.getStatus());
        }
        throw new AssertionError("a bad request was answered");
    }

    String post(String path, String body) {
        return told(server.post(path, body));
    }

    String get(String path) {
        return told(server.get(path));
    }

    String infer(ModelInferRequest.Builder request) throws Exception {
        return told(() -> GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request.build()));
    }

    /** While scaled2 is not loaded. */
    String unloaded(Callable<String> say) throws Exception {
        assertThat(server.post("v2/repository/models/scaled2/unload", "").status())
                .isEqualTo(200);
        String told = say.call();
        assertThat(server.post("v2/repository/models/scaled2/load", "").status())
                .isEqualTo(200);
        return told;
    }

    /** A call of any name with any bytes. */
    String call(String name, byte[] message) throws Exception {
        return call(channel, name, message);
    }

    private static String call(Channel channel, String name, byte[] message) throws Exception {
        MethodDescriptor.Marshaller<byte[]> bytes = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                return new byte[0];
            }
        };
        MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder(bytes, bytes)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("inference.GRPCInferenceService/" + name)
                .build();
        return told(() -> ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, message));
    }

    String largeMetadata() throws Exception {
        Metadata large = new Metadata();
        large.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), "y".repeat(20_000));
        return call(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(large)),
                "ServerLive",
                new byte[0]);
    }

    private interface WithToken {
        String to(TestServer server) throws Exception;
    }

    private static String withToken(WithToken say) throws Exception {
        Path file = Files.createTempFile("token", "");
        try {
            Token token = Token.read(Files.writeString(file, "0123456789abcdef\n"));
            try (TestServer closed = TestServer.of(testdata("serve"), settings -> settings.optToken(token))) {
                return say.to(closed);
            }
        } finally {
            Files.delete(file);
        }
    }

    String withoutToken() throws Exception {
        return withToken(closed -> told(closed.get("v2/models/scaled1")));
    }

    String callWithoutToken() throws Exception {
        return withToken(closed -> {
            ManagedChannel to = GrpcTest.channel(closed);
            try {
                return told(() -> GRPCInferenceServiceGrpc.newBlockingStub(to)
                        .serverMetadata(ServerMetadataRequest.getDefaultInstance()));
            } finally {
                to.shutdownNow();
            }
        });
    }

    String ofAnotherSite() throws IOException {
        return raw("GET /v2 HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n");
    }

    String chunks() {
        return told(server.send(HttpRequest.newBuilder(server.uri("v2/models/scaled1/infer"))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[2 * MAX_BODY])))));
    }

    /** Bytes as they are, and the status and message of the answer. */
    String raw(String request) throws IOException {
        String answer = exchange(server.server.httpPort().getAsInt(), request);
        if (answer.isEmpty()) {
            return "connection closed";
        }
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        String message = body.startsWith("{")
                ? TestServer.MAPPER.readTree(body).path("error").asText()
                : body.strip();
        return told(Integer.parseInt(answer.substring(9, 12)), message);
    }

    String rawGrpc(String request) throws IOException {
        String answer = exchange(server.server.grpcPort().getAsInt(), request);
        return "connection closed" + (answer.contains("\u0000") ? ", with a GOAWAY" : "");
    }

    String halfAPreface() throws IOException {
        long begun = System.nanoTime();
        exchange(server.server.grpcPort().getAsInt(), "PRI * HTTP/2.0\r\n");
        assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(5).toNanos());
        return "connection closed";
    }

    String halfACall() throws IOException {
        try (RawGrpc client = new RawGrpc(server.server.grpcPort().getAsInt())) {
            RawGrpc.Ended ended = client.half("ModelInfer", new byte[500], 11);
            return told(io.grpc.Status.fromCodeValue(ended.code()).withDescription(ended.message()));
        }
    }

    /** What a server says before it closes. */
    private static String exchange(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            try {
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketException e) {
                return ""; // reset, because it was closed before it had read everything
            }
        }
    }

    private static byte[] png(int side) throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_BINARY), "png", png);
        return png.toByteArray();
    }

    String cutImage() throws IOException {
        byte[] image = png(64);
        return told(server.post("classify/scaled1", Arrays.copyOf(image, image.length / 2)));
    }

    String largeImage() throws IOException {
        return told(server.post("classify/scaled1", png(1200)));
    }

    private static ModelInferRequest pair(long timeoutMicros) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder()
                .setModelName("fake")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addAllShape(List.of(1L, 2L)))
                .addRawInputContents(ByteString.copyFrom(new byte[8]));
        if (timeoutMicros > 0) {
            request.putParameters(
                    "timeout",
                    InferParameter.newBuilder().setInt64Param(timeoutMicros).build());
        }
        return request.build();
    }

    /** While one request runs and does not end, and as many as there is room for wait. */
    private String whileBusy(int others, Callable<String> say) throws Exception {
        slow.waits(true);
        int before = slow.runs.get();
        Thread[] threads = new Thread[others];
        for (int i = 0; i < others; i++) {
            threads[i] = new Thread(() -> waiting.post("v2/models/fake/infer", TestServer.pairs(1, 2)));
            threads[i].start();
            for (int tries = 0; tries < 1000 && !isThere(i, before); tries++) {
                Thread.sleep(10);
            }
        }
        String told = say.call();
        slow.permits.drainPermits();
        slow.waits(false);
        for (Thread each : threads) {
            each.join();
        }
        slow.permits.drainPermits();
        return told;
    }

    private boolean isThere(int others, int before) {
        return others == 0
                ? slow.runs.get() > before
                : waiting.get("metrics")
                        .text()
                        .lines()
                        .anyMatch(line -> line.startsWith("ham_queue") && line.endsWith(" 1.0"));
    }

    String fullQueue() throws Exception {
        return whileBusy(2, () -> told(waiting.post("v2/models/fake/infer", TestServer.pairs(1, 2))));
    }

    String callFullQueue() throws Exception {
        return whileBusy(
                2,
                () -> told(() ->
                        GRPCInferenceServiceGrpc.newBlockingStub(toWaiting).modelInfer(pair(0))));
    }

    String lateAnswer() throws Exception {
        return whileBusy(
                1,
                () -> told(waiting.post("v2/models/fake/infer", TestServer.pairs(1, 2), "X-Request-Timeout-Ms", "50")));
    }

    String callLateAnswer() throws Exception {
        return whileBusy(
                1,
                () -> told(() ->
                        GRPCInferenceServiceGrpc.newBlockingStub(toWaiting).modelInfer(pair(50_000))));
    }

    /** After all of it. */
    void stillServes() {
        assertThat(server.get("v2/health/ready").status()).isEqualTo(200);
        assertThat(server.get("metrics").text()).contains("ham_requests_bytes 0.0");
    }

    @Override
    public void close() {
        channel.shutdownNow();
        toWaiting.shutdownNow();
        server.close();
        waiting.close();
    }
}
