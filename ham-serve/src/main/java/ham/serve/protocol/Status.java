package ham.serve.protocol;

/** How a request ended, as HTTP says it; gRPC's word for each stands in {@code ham.serve.grpc}. */
public enum Status {
    /** Answered. */
    OK(200),
    /** The request is not one that can be understood, or its tensors do not fit the model. */
    INVALID(400),
    /** A token was expected. */
    UNAUTHENTICATED(401),
    /** From a page of another site. */
    FORBIDDEN(403),
    /** No such path, model, version or adapter. */
    NOT_FOUND(404),
    /** The path takes another method. */
    WRONG_METHOD(405),
    /** The request did not arrive in time. */
    TOO_SLOW(408),
    /** The body is larger than the server takes. */
    TOO_LARGE(413),
    /** The queue, or the memory for requests, is full: try again later. */
    BUSY(429),
    /** The client went away. */
    CANCELLED(499),
    /** The model failed on inputs that fit it, or the server has a fault. */
    FAILED(500),
    /** The model is not loaded, or the server is stopping. */
    UNAVAILABLE(503),
    /** The deadline of the request passed before its answer was there. */
    DEADLINE(504);

    private final int http;

    Status(int http) {
        this.http = http;
    }

    /** Status of HTTP. */
    public int http() {
        return http;
    }
}
