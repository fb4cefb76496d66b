package ham.bench.scenario;

import ham.bench.traffic.RequestedTasks;

/** A stream of queries in one array, made before the clock runs. */
final class Queries {
    private final RequestedTasks stream;
    private final int[] tasks;
    private int last = -1;
    private boolean switched;

    Queries(RequestedTasks stream, int images) {
        this.stream = stream;
        this.tasks = new int[images];
    }

    /** The tasks of the next query. */
    int[] next() {
        for (int i = 0; i < tasks.length; i++) {
            tasks[i] = stream.next();
        }
        switched = last >= 0 && tasks[0] != last;
        last = tasks[tasks.length - 1];
        return tasks;
    }

    /** The task of the first image of the query. */
    int task() {
        return tasks[0];
    }

    /** Whether that is another than the task of the image before. */
    boolean switched() {
        return switched;
    }
}
