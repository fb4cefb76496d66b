package ham.serve.protocol;

import ham.common.ErrorCode;
import ham.common.HamException;

/** A request that is not answered, or a setting or repository that cannot be served; the message is for whoever made it. */
public final class ServeException extends HamException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    /** A request that ends with that status. */
    public ServeException(Status status, String message) {
        this(status, message, null);
    }

    /** The same with what lies behind it, which is not shown to clients. */
    public ServeException(Status status, String message, Throwable cause) {
        super(status == Status.FAILED ? ErrorCode.FAULT : ErrorCode.INPUT, message, cause);
        this.status = status;
    }

    private ServeException(String parameter, String problem) {
        super(parameter, problem);
        this.status = Status.INVALID;
    }

    /** A request that cannot be understood or does not fit. */
    public static ServeException invalid(String message) {
        return new ServeException(Status.INVALID, message);
    }

    /** A setting that is not allowed. */
    public static ServeException parameter(String parameter, String problem) {
        return new ServeException(parameter, problem);
    }

    /** How the request ends. */
    public Status status() {
        return status;
    }
}
