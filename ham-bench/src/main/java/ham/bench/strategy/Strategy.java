package ham.bench.strategy;

import java.util.Locale;

/** A way to serve tasks. */
public enum Strategy {
    /** One model that has all tasks merged into it and need not be told the task. */
    MERGED,
    /** A model a task, all sessions open. */
    PER_TASK,
    /** A model a task, one session: a request for another task than the last closes it and opens the other. */
    RELOAD,
    /** A light model a task whose common weights lie in one file, which all sessions use where the operating system has mapped it. */
    SHARED,
    /** One base graph, and an ONNX Runtime LoRA adapter a task, chosen at every run. */
    ADAPTERS;

    /** The name that people type and results have. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
