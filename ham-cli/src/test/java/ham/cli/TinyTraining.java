package ham.cli;

import static ham.cli.Cli.ham;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code ham train} on a tiny model, small enough for a test. */
public final class TinyTraining {
    private TinyTraining() {}

    /**
     * Trains with few and small adapters on one thread; the result is JSON.
     *
     * @param more further options
     */
    public static Cli train(Path base, Path data, Path out, int tasks, int epochs, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("train", "--base", base, "--data", data, "--out", out));
        arguments.addAll(List.of("--tasks", tasks, "--epochs", epochs, "--batch", 8, "--rank", 4, "--projection", 64));
        arguments.addAll(List.of("--threads", 1, "--json"));
        arguments.addAll(List.of(more));
        return ham(arguments.toArray());
    }
}
