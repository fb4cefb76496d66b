package ham.runtime.bench;

import ham.runtime.backend.OnnxRuntime;
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
import java.util.stream.LongStream;

/** A strategy with its sessions open, answering one request of one seeded image at a time. */
final class OpenStrategy implements AutoCloseable {
    private final ServingStrategy strategy;
    private final int tasks;
    private final List<OnnxModel> models = new ArrayList<>();
    private final double loadMs;
    private final long[] shape;
    private final FloatBuffer image;
    private int task;
    /** Sum of answers, so that no request can be optimised away. */
    private double sink;

    /** Opens a session for every file; what is open already is closed when one of them fails. */
    OpenStrategy(ServingStrategy strategy, int tasks, SessionSettings settings) {
        this.strategy = strategy;
        this.tasks = tasks;
        OnnxRuntime.environment(); // loading the library is nobody's cost in particular
        long started = System.nanoTime();
        try {
            for (Path path : strategy.models()) {
                models.add(OnnxModel.open(path, settings));
            }
            loadMs = (System.nanoTime() - started) / 1e6;
            shape = oneImage(models.get(0).inputs().get(0));
            image = noise(shape);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static long[] oneImage(TensorSpec input) {
        return input.shape().stream().mapToLong(size -> size < 0 ? 1 : size).toArray();
    }

    private static FloatBuffer noise(long[] shape) {
        int size = Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
        FloatBuffer noise = ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, size))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        Random random = new Random(1);
        while (noise.hasRemaining()) {
            noise.put((float) random.nextGaussian());
        }
        return noise.flip();
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
