package ham.bench.scenario;

/** What answers queries; its answers must be used in a way that the JIT compiler cannot see through. */
@FunctionalInterface
public interface QueryTarget {
    /** Answers a query completely: one image for each of the tasks. The array belongs to the caller, who changes it afterwards. */
    void answer(int[] tasks);
}
