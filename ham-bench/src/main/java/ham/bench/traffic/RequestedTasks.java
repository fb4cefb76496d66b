package ham.bench.traffic;

/** An endless stream of tasks. Not safe for use by several threads at once. */
@FunctionalInterface
public interface RequestedTasks {
    /** The task of the next request, from 0 to the number of tasks - 1. */
    int next();
}
