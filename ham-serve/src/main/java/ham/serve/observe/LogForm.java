package ham.serve.observe;

/** How requests and what becomes of models are told. */
public enum LogForm {
    /** To SLF4J: loggers {@code ham.serve.requests} and {@code ham.serve.models}. */
    SLF4J,
    /** One line of JSON each to standard error. */
    JSON
}
