package ham.runtime.bench;

import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.model.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A strategy with its sessions open, answering one request of one seeded image at a time. */
final class OpenStrategy implements AutoCloseable {
    private final ServingStrategy strategy;
    private final int tasks;
    private final List<OnnxModel> models = new ArrayList<>();
    private final double loadMs;
    private long[] shape;
    private FloatBuffer image;
    private int task;
    /** Sum of answers, so that no request can be optimised away. */
    private double sink;

    OpenStrategy(ServingStrategy strategy, int tasks, SessionSettings settings) {
        this.strategy = strategy;
        this.tasks = tasks;
        long started = System.nanoTime();
        try {
            for (Path path : strategy.models()) {
                models.add(OnnxModel.open(path, settings));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        loadMs = (System.nanoTime() - started) / 1e6;
        prepareImage(models.get(0).inputs().get(0));
    }

    private void prepareImage(TensorSpec input) {
        shape = input.shape().stream().mapToLong(size -> size < 0 ? 1 : size).toArray();
        int size = 1;
        for (long dimension : shape) {
            size = Math.toIntExact(size * dimension);
        }
        image = ByteBuffer.allocateDirect(4 * size)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        Random random = new Random(1);
        for (int i = 0; i < size; i++) {
            image.put(i, (float) random.nextGaussian());
        }
    }

    ServingStrategy strategy() {
        return strategy;
    }

    double loadMs() {
        return loadMs;
    }

    /** Whether tasks are served by different sessions. */
    boolean switches() {
        return models.size() > 1;
    }

    /** Answers a request for the task after the last one. */
    void nextTask() {
        task = (task + 1) % tasks;
        sameTask();
    }

    /** Answers a request for the last task again. */
    void sameTask() {
        sink += models.get(strategy.modelOf(task)).run(image.duplicate(), shape)[0];
    }

    /** Answers one request for every task. */
    double eachTaskOnce() {
        for (int i = 0; i < tasks; i++) {
            nextTask();
        }
        return sink;
    }

    @Override
    public void close() {
        models.forEach(OnnxModel::close);
    }
}
