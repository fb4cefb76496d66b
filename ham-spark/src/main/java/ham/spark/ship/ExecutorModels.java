package ham.spark.ship;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.onnx.ModelHash;
import ham.runtime.text.Tokenizer;
import ham.spark.ship.ShippedModel.ShippedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.Utils;

/**
 * The sessions of this executor: one for each model and number of threads, whatever number of tasks uses it. One that no task uses stays open for the
 * next; of those {@value #MOST_IDLE} are kept.
 */
public final class ExecutorModels {
    private static final int MOST_IDLE = 2;

    private static final Map<String, Held> OPEN = new HashMap<>();
    /** Keys of what nobody uses, the one used last first. */
    private static final Deque<String> IDLE = new ArrayDeque<>();

    private ExecutorModels() {}

    /**
     * The session of a model for a task, which gives it back by closing the lease.
     *
     * @param threads of ONNX Runtime for one run
     * @throws ModelException when the files that came are not the model that was sent, or it cannot be opened
     */
    public static synchronized Lease take(ShippedModel model, int threads) {
        String key = model.sha256() + " " + threads;
        Held held = OPEN.get(key);
        if (held == null) {
            held = new Held(OnnxModel.open(fetched(model), new SessionSettings(threads)));
            OPEN.put(key, held);
        }
        held.users++;
        IDLE.remove(key);
        return new Lease(key, held);
    }

    /** How many sessions are open on this executor. */
    static synchronized int open() {
        return OPEN.size();
    }

    private static synchronized void give(String key) {
        Held held = OPEN.get(key);
        held.users--;
        if (held.users == 0) {
            IDLE.addFirst(key);
        }
        while (IDLE.size() > MOST_IDLE) {
            OPEN.remove(IDLE.removeLast()).close();
        }
    }

    private static Path fetched(ShippedModel model) {
        Path file;
        try {
            // Spark removes it at the end of the executor.
            Path folder = Utils.createTempDir(System.getProperty("java.io.tmpdir"), "ham-model")
                    .toPath();
            for (ShippedFile each : model.files()) {
                Path name = folder.resolve(each.location());
                Files.createDirectories(name.getParent());
                try (OutputStream out = Files.newOutputStream(name)) {
                    for (Broadcast<byte[]> piece : each.pieces()) {
                        out.write(piece.value());
                    }
                }
            }
            file = folder.resolve(model.files().get(0).location());
        } catch (IOException e) {
            throw new ModelException(
                    model.name() + ": expected to write it where this executor opens it, but that fails (" + e + ").",
                    e);
        }
        String found = ModelHash.of(file);
        if (!found.equals(model.sha256())) {
            throw new ModelException(model.name() + ": expected the model of SHA-256 " + model.sha256()
                    + " to come to this executor, found " + found + "; was it changed meanwhile?");
        }
        return file;
    }

    /** A session and how many tasks use it. */
    private static final class Held {
        final Model model;
        int users;

        final CarriedTokenizer tokenizer;

        Held(Model model) {
            this.model = model;
            this.tokenizer = new CarriedTokenizer(model);
        }

        void close() {
            model.close();
            tokenizer.close();
        }
    }

    /** A task's hold on a session, to be closed once. */
    public static final class Lease implements AutoCloseable {
        private final String key;
        private final Held held;

        private Lease(String key, Held held) {
            this.key = key;
            this.held = held;
        }

        /** The model, which stays open as long as this does. */
        public Model model() {
            return held.model;
        }

        /**
         * The tokenizer that the model carries, one for all tasks, open as long as the model.
         *
         * @throws ModelException if it carries none, or nothing here splits texts
         */
        public Tokenizer tokenizer() {
            return held.tokenizer.get();
        }

        @Override
        public void close() {
            give(key);
        }
    }
}
