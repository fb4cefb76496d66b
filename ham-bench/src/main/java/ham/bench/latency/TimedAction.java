package ham.bench.latency;

/**
 * Something whose latency is measured.
 *
 * @param name what results call it
 * @param action does the work once; its result must be used in a way that the JIT compiler cannot see through
 */
public record TimedAction(String name, Runnable action) {}
