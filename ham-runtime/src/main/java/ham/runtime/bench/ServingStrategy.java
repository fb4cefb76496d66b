package ham.runtime.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * A way to serve tasks with sessions that all stay open.
 *
 * @param name what results call it
 * @param models one file for every task, or a single one that serves them all
 */
public record ServingStrategy(String name, List<Path> models) {
    public ServingStrategy {
        models = List.copyOf(models);
    }

    /** The file that serves a task. */
    int modelOf(int task) {
        return models.size() == 1 ? 0 : task;
    }
}
