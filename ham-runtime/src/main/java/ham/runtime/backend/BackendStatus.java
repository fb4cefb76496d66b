package ham.runtime.backend;

/**
 * Whether a way of running models works on this machine.
 *
 * @param name for example {@code onnxruntime-cpu}
 * @param works whether a small graph was run on it with the right result
 * @param detail what was found, or why it does not work, in one sentence
 */
public record BackendStatus(String name, boolean works, String detail) {}
