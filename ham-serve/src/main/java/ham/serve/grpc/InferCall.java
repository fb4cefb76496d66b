package ham.serve.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import ham.runtime.tensor.Tensor;
import ham.serve.batch.Completion;
import ham.serve.batch.Outcome;
import ham.serve.observe.Exchange;
import ham.serve.proto.inference.InferParameter;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import ham.serve.proto.inference.ModelInferResponse;
import ham.serve.protocol.Datatype;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.InferRequest;
import ham.serve.protocol.ServeException;
import ham.serve.repository.Accepted;
import ham.serve.repository.LoadedModel;
import ham.serve.repository.ServedModel;
import ham.serve.service.WantedOutput;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One {@code ModelInfer}. */
final class InferCall {
    private final ModelInferRequest request;
    private final Exchange exchange;
    private final Ending ending;

    /** What ends the call. */
    interface Ending {
        void answer(ModelInferResponse response);

        void fail(Throwable failure);
    }

    InferCall(ModelInferRequest request, Exchange exchange, Ending ending) {
        this.request = request;
        this.exchange = exchange;
        this.ending = ending;
    }

    /**
     * Takes it into the queue, or runs it at once.
     *
     * @param here nanoseconds that this thread may be kept by a run
     */
    void submit(ServedModel served, ServerCallStreamObserver<ModelInferResponse> observer, long here) {
        Map<String, Tensor> inputs = Contents.inputs(request);
        Optional<String> adapter =
                Optional.ofNullable(request.getParametersMap().get("adapter")).map(value -> text("adapter", value));
        Deadline deadline = deadline();
        Accepted accepted = served.submit(
                request.getModelVersion(),
                model -> {
                    Optional<String> chosen = model.adapter(adapter);
                    exchange.model(model.name(), model.version());
                    exchange.adapter(chosen);
                    return new InferRequest(inputs, chosen, deadline);
                },
                model -> new Answering(model, model.adapter(adapter), WantedOutput.of(named(), model, true)),
                here);
        observer.setOnCancelHandler(() -> accepted.ticket().cancel());
    }

    private Deadline deadline() {
        io.grpc.Deadline given = Context.current().getDeadline();
        Deadline deadline = given == null
                ? Deadline.NONE
                : Deadline.in(Duration.ofNanos(given.timeRemaining(TimeUnit.NANOSECONDS)));
        InferParameter timeout = request.getParametersMap().get("timeout");
        if (timeout == null || timeout.getInt64Param() <= 0) {
            return deadline;
        }
        return deadline.or(
                Deadline.in(Duration.of(Math.min(timeout.getInt64Param(), 86_400_000_000L), ChronoUnit.MICROS)));
    }

    private List<WantedOutput> named() {
        List<WantedOutput> named = new ArrayList<>();
        for (InferRequestedOutputTensor each : request.getOutputsList()) {
            InferParameter classes = each.getParametersMap().get("classification");
            long count = classes == null ? 0 : Math.max(-1, Math.min(Integer.MAX_VALUE, classes.getInt64Param()));
            named.add(new WantedOutput(each.getName(), (int) count, true));
        }
        return named;
    }

    private static String text(String name, InferParameter value) {
        if (!value.hasStringParam()) {
            throw ServeException.invalid("Expected the parameter " + name + " to be a text, found another type.");
        }
        return value.getStringParam();
    }

    /** Makes the answer of a run. */
    private final class Answering implements Completion {
        private final LoadedModel model;
        private final Optional<String> adapter;
        private final Map<String, WantedOutput> wanted;

        Answering(LoadedModel model, Optional<String> adapter, Map<String, WantedOutput> wanted) {
            this.model = model;
            this.adapter = adapter;
            this.wanted = wanted;
        }

        @Override
        public void answered(Outcome outcome, boolean alone) {
            exchange.outcome(outcome);
            try {
                ending.answer(response(outcome));
            } catch (RuntimeException | Error e) {
                ending.fail(e);
            }
        }

        @Override
        public void failed(Throwable failure) {
            ending.fail(failure);
        }

        private ModelInferResponse response(Outcome outcome) {
            ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                    .setModelName(model.name())
                    .setModelVersion(Long.toString(model.version()))
                    .setId(request.getId());
            adapter.ifPresent(name -> response.putParameters(
                    "adapter", InferParameter.newBuilder().setStringParam(name).build()));
            for (WantedOutput each : wanted.values()) {
                Tensor tensor = outcome.outputs().get(each.name());
                if (each.classes() > 0) {
                    classes(response, each, tensor);
                } else {
                    response.addOutputsBuilder()
                            .setName(each.name())
                            .setDatatype(Datatype.of(tensor.type()).name())
                            .addAllShape(tensor.shape());
                    response.addRawOutputContents(UnsafeByteOperations.unsafeWrap(tensor.data()));
                }
            }
            return response.build();
        }

        private void classes(ModelInferResponse.Builder response, WantedOutput each, Tensor tensor) {
            List<List<String>> rows = each.best(tensor, model.labels(adapter).orElse(List.of()));
            List<Long> shape = new ArrayList<>(tensor.shape());
            shape.set(shape.size() - 1, (long) (rows.isEmpty() ? 0 : rows.get(0).size()));
            ByteString.Output raw = ByteString.newOutput();
            for (List<String> row : rows) {
                for (String text : row) {
                    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                    for (int shift = 0; shift < 32; shift += 8) {
                        raw.write(bytes.length >> shift);
                    }
                    raw.write(bytes, 0, bytes.length);
                }
            }
            response.addOutputsBuilder()
                    .setName(each.name())
                    .setDatatype("BYTES")
                    .addAllShape(shape);
            response.addRawOutputContents(raw.toByteString());
        }
    }
}
