package ham.serve.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Locale;

/** How gRPC calls the ways in which a request ends. */
final class Codes {
    private Codes() {}

    static StatusRuntimeException of(ham.serve.protocol.Status status, String message) {
        return code(status).withDescription(message).asRuntimeException();
    }

    private static Status code(ham.serve.protocol.Status status) {
        return switch (status) {
            case OK -> Status.OK;
            case INVALID -> Status.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case FORBIDDEN -> Status.PERMISSION_DENIED;
            case NOT_FOUND -> Status.NOT_FOUND;
            case WRONG_METHOD -> Status.UNIMPLEMENTED;
            case TOO_SLOW, DEADLINE -> Status.DEADLINE_EXCEEDED;
            case TOO_LARGE, BUSY -> Status.RESOURCE_EXHAUSTED;
            case CANCELLED -> Status.CANCELLED;
            case FAILED -> Status.INTERNAL;
            case UNAVAILABLE -> Status.UNAVAILABLE;
        };
    }

    /** A word for the log: the last part of a method's name. */
    static String call(String method) {
        String last = method.substring(method.lastIndexOf('/') + 1);
        return switch (last) {
            case "ModelInfer" -> "infer";
            case "ServerLive", "ServerReady" -> "health";
            case "ModelReady", "ServerMetadata", "ModelMetadata" -> "metadata";
            default -> last.startsWith("Repository") ? "repository" : last.toLowerCase(Locale.ROOT);
        };
    }
}
