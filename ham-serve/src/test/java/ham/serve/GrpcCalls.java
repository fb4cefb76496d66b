package ham.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.serve.proto.inference.GRPCInferenceServiceGrpc;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ham.serve.proto.inference.InferTensorContents;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferInputTensor;
import ham.serve.proto.inference.ServerLiveRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A client of a {@link FakeModel} over gRPC. */
final class GrpcCalls implements AutoCloseable {
    private static final long SECONDS = 20;

    private final ManagedChannel channel;
    private final GRPCInferenceServiceBlockingStub stub;

    GrpcCalls(TestServer server) {
        channel = ManagedChannelBuilder.forAddress(
                        "127.0.0.1", server.server.grpcPort().getAsInt())
                .usePlaintext()
                .build();
        stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    /** How many outputs there are for a row. */
    int infer(float first) {
        ModelInferRequest request = ModelInferRequest.newBuilder()
                .setModelName("fake")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(1)
                        .addShape(2)
                        .setContents(InferTensorContents.newBuilder()
                                .addFp32Contents(first)
                                .addFp32Contents(2)))
                .build();
        return stub.withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                .modelInfer(request)
                .getOutputsCount();
    }

    boolean live() {
        return stub.withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
                .serverLive(ServerLiveRequest.getDefaultInstance())
                .getLive();
    }

    static void assertFails(Supplier<?> call) {
        assertThatThrownBy(call::get).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> assertThat(
                        failure.getStatus().getCode())
                .isEqualTo(Status.Code.INTERNAL));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
