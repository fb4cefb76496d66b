package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ham.serve.proto.inference.InferParameter;
import ham.serve.proto.inference.InferTensorContents;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferInputTensor;
import ham.serve.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import ham.serve.proto.inference.ModelInferResponse;
import ham.serve.proto.inference.ModelMetadataRequest;
import ham.serve.proto.inference.ModelMetadataResponse;
import ham.serve.proto.inference.ModelReadyRequest;
import ham.serve.proto.inference.RepositoryIndexRequest;
import ham.serve.proto.inference.RepositoryModelLoadRequest;
import ham.serve.proto.inference.RepositoryModelUnloadRequest;
import ham.serve.proto.inference.ServerLiveRequest;
import ham.serve.proto.inference.ServerMetadataRequest;
import ham.serve.proto.inference.ServerReadyRequest;
import ham.serve.service.Limits;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The protocol over gRPC, through a real socket. */
class GrpcTest {
    private static TestServer server;
    private static ManagedChannel channel;
    private static GRPCInferenceServiceBlockingStub stub;

    @BeforeAll
    static void start() {
        server = TestServer.of(
                testdata("serve"),
                settings -> settings.optLimits(
                        new Limits(100_000, 2_000_000, Duration.ofSeconds(5), Duration.ofSeconds(30), 50, 1_000_000)));
        channel = channel(server);
        stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    static ManagedChannel channel(TestServer server) {
        return NettyChannelBuilder.forAddress(
                        "127.0.0.1", server.server.grpcPort().getAsInt())
                .usePlaintext()
                .build();
    }

    @AfterAll
    static void stop() {
        channel.shutdownNow();
        assertThat(server.get("metrics").text()).contains("ham_requests_bytes 0.0");
        server.close();
    }

    /** Frames of HTTP/2 made by hand: what a client of any other making sends. */
    @Test
    void answersAClientThatIsNotOfGrpcJava() throws Exception {
        try (RawGrpc client = new RawGrpc(server.server.grpcPort().getAsInt())) {
            assertThat(client.call("ServerLive", new byte[0])).containsExactly(8, 1);
            ModelInferRequest request = request("scaled2")
                    .addInputs(pixels())
                    .addRawInputContents(raw(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3))
                    .build();
            for (int i = 0; i < 3; i++) {
                assertThat(ModelInferResponse.parseFrom(client.call("ModelInfer", request.toByteArray())))
                        .isEqualTo(stub.modelInfer(request));
            }
            byte[] large = request.toBuilder()
                    .putParameters(
                            "x",
                            InferParameter.newBuilder()
                                    .setStringParam("x".repeat(60_000))
                                    .build())
                    .build()
                    .toByteArray();
            assertThat(ModelInferResponse.parseFrom(client.call("ModelInfer", large))
                            .getRawOutputContentsCount())
                    .as("a message in several frames")
                    .isEqualTo(1);
        }
    }

    private static ModelInferRequest.Builder request(String model) {
        return ModelInferRequest.newBuilder().setModelName(model).setId("7");
    }

    private static InferInputTensor.Builder pixels() {
        return InferInputTensor.newBuilder()
                .setName("pixel_values")
                .setDatatype("FP32")
                .addAllShape(List.of(1L, 3L, 2L, 2L));
    }

    private static ByteString raw(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return ByteString.copyFrom(bytes);
    }

    private static List<Float> floats(ModelInferResponse response) {
        ByteBuffer bytes =
                response.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return List.of(bytes.getFloat(), bytes.getFloat(), bytes.getFloat());
    }

    @Test
    void tellsWhatItIs() {
        assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                .isTrue();
        assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
                .isTrue();
        assertThat(stub.serverMetadata(ServerMetadataRequest.getDefaultInstance())
                        .getName())
                .isEqualTo("ham");
        ModelMetadataResponse model = stub.modelMetadata(
                ModelMetadataRequest.newBuilder().setName("scaled2").build());
        assertThat(model.getVersionsList()).containsExactly("1");
        assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L, 3L, 2L, 2L);
        assertThat(model.getOutputs(0).getDatatype()).isEqualTo("FP32");
    }

    @Test
    void infersFromRawBytes() {
        ModelInferResponse response = stub.modelInfer(request("scaled2")
                .addInputs(pixels())
                .addRawInputContents(raw(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3))
                .build());
        assertThat(response.getId()).isEqualTo("7");
        assertThat(response.getModelVersion()).isEqualTo("1");
        assertThat(response.getOutputs(0).getShapeList()).containsExactly(1L, 3L);
        assertThat(floats(response)).containsExactly(2f, 4f, 6f);
    }

    @Test
    void infersFromNumbers() {
        ModelInferResponse response = stub.modelInfer(request("scaled1")
                .addInputs(pixels().setContents(InferTensorContents.newBuilder()
                        .addAllFp32Contents(List.of(1f, 1f, 1f, 1f, 2f, 2f, 2f, 2f, 3f, 3f, 3f, 3f))))
                .build());
        assertThat(floats(response)).containsExactly(1f, 2f, 3f);
    }

    @Test
    void tellsTheBestClasses() {
        ModelInferResponse response = stub.modelInfer(request("scaled2")
                .addInputs(pixels())
                .addRawInputContents(raw(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3))
                .addOutputs(InferRequestedOutputTensor.newBuilder()
                        .setName("logits")
                        .putParameters(
                                "classification",
                                InferParameter.newBuilder().setInt64Param(1).build()))
                .build());
        assertThat(response.getOutputs(0).getDatatype()).isEqualTo("BYTES");
        assertThat(response.getRawOutputContents(0).substring(4).toStringUtf8()).isEqualTo("6.0:2:blue2");
    }

    @Test
    void loadsAndUnloadsAsKServeAndAsTritonSayIt() {
        stub.repositoryModelUnload(
                RepositoryModelUnloadRequest.newBuilder().setName("pick").build());
        assertThat(stub.modelReady(
                                ModelReadyRequest.newBuilder().setName("pick").build())
                        .getReady())
                .isFalse();
        assertThat(stub.repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                        .getModelsList())
                .anyMatch(
                        each -> each.getName().equals("pick") && each.getState().equals("UNAVAILABLE"));
        assertThat(stub.repositoryModelLoad(RepositoryModelLoadRequest.newBuilder()
                                .setModelName("pick")
                                .build())
                        .getIsLoaded())
                .isTrue();
        assertThat(stub.modelReady(
                                ModelReadyRequest.newBuilder().setName("pick").build())
                        .getReady())
                .isTrue();
    }

    private static void refused(ModelInferRequest.Builder request, Code code, String message) {
        StatusRuntimeException thrown =
                catchThrowableOfType(StatusRuntimeException.class, () -> stub.modelInfer(request.build()));
        assertThat(thrown.getStatus().getCode()).as(thrown.toString()).isEqualTo(code);
        assertThat(thrown.getStatus().getDescription()).contains(message).doesNotContain("testdata");
    }

    @Test
    void badInputIsRefused() {
        ByteString twelve = raw(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        refused(request("other"), Code.NOT_FOUND, "'other'");
        refused(request("../../etc/passwd"), Code.NOT_FOUND, "one of the models");
        refused(request("scaled1"), Code.INVALID_ARGUMENT, "at least one tensor");
        refused(request("scaled1").addInputs(pixels()).addRawInputContents(raw(1)), Code.INVALID_ARGUMENT, "48 bytes");
        refused(request("scaled1").addInputs(pixels()), Code.INVALID_ARGUMENT, "48 bytes, found 0");
        refused(
                request("scaled1")
                        .addInputs(pixels())
                        .addRawInputContents(twelve)
                        .addRawInputContents(twelve),
                Code.INVALID_ARGUMENT,
                "raw_input_contents");
        refused(
                request("scaled1")
                        .addInputs(pixels().setDatatype("INT8").clearShape().addShape(48))
                        .addRawInputContents(twelve),
                Code.INVALID_ARGUMENT,
                "type float32, found int8");
        refused(
                request("scaled1").addInputs(pixels().setDatatype("STRING")).addRawInputContents(twelve),
                Code.INVALID_ARGUMENT,
                "expected a datatype");
        refused(
                request("scaled1").addInputs(pixels().clearShape().addShape(12)).addRawInputContents(twelve),
                Code.INVALID_ARGUMENT,
                "shape [batch, 3, 2, 2]");
        refused(
                request("scaled1").setModelVersion("9").addInputs(pixels()).addRawInputContents(twelve),
                Code.NOT_FOUND,
                "versions [1]");
        refused(
                request("pick")
                        .addInputs(InferInputTensor.newBuilder()
                                .setName("index")
                                .setDatatype("INT64")
                                .addShape(1)
                                .setContents(InferTensorContents.newBuilder().addInt64Contents(77))),
                Code.INTERNAL,
                "pick");
        refused(
                request("scaled1").addInputs(pixels()).addRawInputContents(ByteString.copyFrom(new byte[200_000])),
                Code.RESOURCE_EXHAUSTED,
                "100000");
    }

    @Test
    void aDeadlineIsKept() {
        FakeModel model = new FakeModel();
        try (TestServer waiting = TestServer.of(model, settings -> settings)) {
            model.waits(true);
            ManagedChannel other = channel(waiting);
            ModelInferRequest request = ModelInferRequest.newBuilder()
                    .setModelName("fake")
                    .addInputs(InferInputTensor.newBuilder()
                            .setName("x")
                            .setDatatype("FP32")
                            .addAllShape(List.of(1L, 2L)))
                    .addRawInputContents(raw(1, 2))
                    .putParameters(
                            "timeout",
                            InferParameter.newBuilder().setInt64Param(50_000).build())
                    .build();
            // The parameter is the server's to keep: the client itself would wait for long.
            StatusRuntimeException thrown = catchThrowableOfType(
                    StatusRuntimeException.class, () -> GRPCInferenceServiceGrpc.newBlockingStub(other)
                            .withDeadlineAfter(20, TimeUnit.SECONDS)
                            .modelInfer(request));
            assertThat(thrown.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThat(thrown.getStatus().getDescription()).contains("before the request's deadline");
            model.waits(false);
            other.shutdownNow();
        }
    }
}
