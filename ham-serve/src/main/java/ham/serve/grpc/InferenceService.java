package ham.serve.grpc;

import ham.runtime.tensor.TensorSpec;
import ham.serve.observe.Exchange;
import ham.serve.proto.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferResponse;
import ham.serve.proto.inference.ModelMetadataRequest;
import ham.serve.proto.inference.ModelMetadataResponse;
import ham.serve.proto.inference.ModelMetadataResponse.TensorMetadata;
import ham.serve.proto.inference.ModelReadyRequest;
import ham.serve.proto.inference.ModelReadyResponse;
import ham.serve.proto.inference.RepositoryIndexRequest;
import ham.serve.proto.inference.RepositoryIndexResponse;
import ham.serve.proto.inference.RepositoryModelLoadRequest;
import ham.serve.proto.inference.RepositoryModelLoadResponse;
import ham.serve.proto.inference.RepositoryModelUnloadRequest;
import ham.serve.proto.inference.RepositoryModelUnloadResponse;
import ham.serve.proto.inference.ServerLiveRequest;
import ham.serve.proto.inference.ServerLiveResponse;
import ham.serve.proto.inference.ServerMetadataRequest;
import ham.serve.proto.inference.ServerMetadataResponse;
import ham.serve.proto.inference.ServerReadyRequest;
import ham.serve.proto.inference.ServerReadyResponse;
import ham.serve.protocol.Datatype;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.repository.LoadedModel;
import ham.serve.repository.ServedModel;
import ham.serve.service.Service;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Answers the calls of the service on the threads that read and write. Runs answer when they end, loads go to threads of their own; what is short, and by
 * itself, runs where it is.
 */
final class InferenceService extends GRPCInferenceServiceImplBase {
    /** A run for which a thread that reads and writes may be kept: handing it over and back costs about a fifth of this. */
    private static final long MOST_HERE = 1_000_000;

    private final Service service;
    private final Executor workers;
    private final Company company = new Company(System::nanoTime);

    InferenceService(Service service, Executor workers) {
        this.service = service;
        this.workers = workers;
    }

    @Override
    public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
        answer(observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
        answer(
                observer,
                () -> ServerReadyResponse.newBuilder().setReady(service.ready()).build());
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
        answer(observer, () -> {
            boolean ready;
            try {
                service.repository().model(request.getName()).version(request.getVersion());
                ready = true;
            } catch (ServeException e) {
                if (e.status() != Status.UNAVAILABLE) {
                    throw e;
                }
                ready = false;
            }
            return ModelReadyResponse.newBuilder().setReady(ready).build();
        });
    }

    @Override
    public void serverMetadata(ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
        answer(observer, () -> ServerMetadataResponse.newBuilder()
                .setName(Service.NAME)
                .setVersion(service.version())
                .addAllExtensions(Service.EXTENSIONS)
                .build());
    }

    @Override
    public void modelMetadata(ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
        answer(observer, () -> {
            ServedModel served = service.repository().model(request.getName());
            LoadedModel model = served.version(request.getVersion());
            ModelMetadataResponse.Builder response = ModelMetadataResponse.newBuilder()
                    .setName(model.name())
                    .setPlatform("onnxruntime_onnx")
                    .addAllInputs(tensors(model.engine().inputs()))
                    .addAllOutputs(tensors(model.engine().outputs()));
            served.versions().forEach(each -> response.addVersions(each.toString()));
            if (!model.engine().adapters().isEmpty()) {
                response.putProperties(
                        "adapters", String.join(",", model.engine().adapters()));
            }
            return response.build();
        });
    }

    private static List<TensorMetadata> tensors(List<TensorSpec> specs) {
        return specs.stream()
                .map(each -> TensorMetadata.newBuilder()
                        .setName(each.name())
                        .setDatatype(Datatype.label(each.dtype()))
                        .addAllShape(each.shape())
                        .build())
                .toList();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
        Exchange exchange = Calls.EXCHANGE.get();
        long bytes = request.getSerializedSize();
        exchange.received(bytes);
        long here = company.enter() ? 0 : MOST_HERE;
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean taken = new AtomicBoolean();
        InferCall.Ending ending = new InferCall.Ending() {
            @Override
            public void answer(ModelInferResponse response) {
                if (end()) {
                    exchange.sent(response.getSerializedSize());
                    send(observer, exchange, response);
                }
            }

            @Override
            public void fail(Throwable failure) {
                if (end()) {
                    InferenceService.this.fail(observer, exchange, failure);
                }
            }

            private boolean end() {
                if (!ended.compareAndSet(false, true)) {
                    return false;
                }
                company.leave();
                if (taken.get()) {
                    service.budget().give(bytes);
                }
                return true;
            }
        };
        try {
            ServedModel served = service.repository().model(request.getModelName());
            exchange.model(served.name(), 0);
            service.budget().take(bytes);
            taken.set(true);
            new InferCall(request, exchange, ending)
                    .submit(served, (ServerCallStreamObserver<ModelInferResponse>) observer, here);
        } catch (RuntimeException | Error e) {
            ending.fail(e);
        }
    }

    @Override
    public void repositoryIndex(RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
        answer(observer, () -> {
            RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
            for (ServedModel model : service.repository().models()) {
                for (long version : model.versions()) {
                    response.addModelsBuilder()
                            .setName(model.name())
                            .setVersion(Long.toString(version))
                            .setState("READY")
                            .setReason(model.reason());
                }
                if (!model.ready() && !request.getReady()) {
                    response.addModelsBuilder()
                            .setName(model.name())
                            .setState("UNAVAILABLE")
                            .setReason(model.reason());
                }
            }
            return response.build();
        });
    }

    @Override
    public void repositoryModelLoad(
            RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
        String name = request.getModelName().isEmpty() ? request.getName() : request.getModelName();
        later(observer, () -> {
            service.repository().model(name).load();
            return RepositoryModelLoadResponse.newBuilder()
                    .setModelName(name)
                    .setIsLoaded(true)
                    .build();
        });
    }

    @Override
    public void repositoryModelUnload(
            RepositoryModelUnloadRequest request, StreamObserver<RepositoryModelUnloadResponse> observer) {
        String name = request.getModelName().isEmpty() ? request.getName() : request.getModelName();
        later(observer, () -> {
            service.repository().model(name).unload();
            return RepositoryModelUnloadResponse.newBuilder()
                    .setModelName(name)
                    .setIsUnloaded(true)
                    .build();
        });
    }

    private <T> void later(StreamObserver<T> observer, Supplier<T> response) {
        Exchange exchange = Calls.EXCHANGE.get();
        workers.execute(() -> answer(observer, exchange, response));
    }

    private <T> void answer(StreamObserver<T> observer, Supplier<T> response) {
        answer(observer, Calls.EXCHANGE.get(), response);
    }

    private <T> void answer(StreamObserver<T> observer, Exchange exchange, Supplier<T> response) {
        T made;
        try {
            made = response.get();
        } catch (RuntimeException | Error e) {
            fail(observer, exchange, e);
            return;
        }
        send(observer, exchange, made);
    }

    private <T> void send(StreamObserver<T> observer, Exchange exchange, T response) {
        try {
            service.observer().ended(exchange, Status.OK, "");
            observer.onNext(response);
            observer.onCompleted();
        } catch (RuntimeException | Error e) {
            fail(observer, exchange, e);
        }
    }

    /** However much is broken here, the call ends. */
    private void fail(StreamObserver<?> observer, Exchange exchange, Throwable failure) {
        Service.Failure told;
        try {
            told = service.failure(exchange, failure);
            service.observer().ended(exchange, told.status(), told.message());
        } catch (RuntimeException | Error e) {
            told = service.fault(exchange, e);
        }
        observer.onError(Codes.of(told.status(), told.message()));
    }
}
