package ham.bench.strategy;

import ham.bench.scenario.QueryTarget;
import ham.runtime.model.Bound;
import ham.runtime.model.SessionSettings;
import java.util.Arrays;

/**
 * A strategy that is open and answers. The images of a query are answered slot by slot, beginning with the slot that was used last, in runs of
 * at most so many images. For one thread at a time.
 */
public final class TaskServer implements QueryTarget, AutoCloseable {
    private final Slots slots;
    private final int largestRun;
    private final int[] waiting;
    private int last;
    /** Sum of answers, so that no request can be optimised away. */
    private double sink;

    private TaskServer(Slots slots, int largestRun) {
        this.slots = slots;
        this.largestRun = largestRun;
        this.waiting = new int[slots.count()];
    }

    /**
     * Opens what the strategy keeps open.
     *
     * @param largestRun most images of one run, at least 1
     * @throws ham.runtime.ModelException if a file cannot be opened, or takes neither images [batch, channels, height, width] of float32 nor texts
     */
    public static TaskServer open(ServingFiles files, SessionSettings settings, int largestRun) {
        Slots slots =
                switch (files.strategy()) {
                    case MERGED, PER_TASK -> new OpenSlots(files.files(), settings, files.tokens());
                    case SHARED -> new OpenSlots(files.files(), settings.sharingWeights(), files.tokens());
                    case RELOAD -> new ReloadedSlots(files.files(), settings, files.tokens());
                    case ADAPTERS ->
                        new AdapterSlots(files.common().orElseThrow(), files.files(), settings, files.tokens());
                };
        return new TaskServer(slots, largestRun);
    }

    @Override
    public void answer(int[] tasks) {
        for (int task : tasks) {
            waiting[slots.of(task)]++;
        }
        int first = last;
        for (int i = 0; i < waiting.length; i++) {
            int slot = (first + i) % waiting.length;
            while (waiting[slot] > 0) {
                int images = Math.min(waiting[slot], largestRun);
                Bound bound = slots.bound(slot, images);
                bound.run();
                sink += bound.output().get(0);
                waiting[slot] -= images;
                last = slot;
            }
        }
    }

    /**
     * Answers images of one task.
     *
     * @param pixels row-major, of all images
     * @return logits [images, classes], row-major
     */
    public float[] logits(int task, float[] pixels, int images) {
        Bound bound = slots.bound(slots.of(task), images);
        bound.inputFloats().put(0, pixels, 0, bound.inputFloats().capacity());
        bound.run();
        float[] logits = new float[bound.output().capacity()];
        bound.output().get(0, logits);
        return logits;
    }

    /** Sum of the first logits of all answers so far. */
    public double sink() {
        return sink;
    }

    /** Whether another task can mean another session or adapter. */
    boolean switches() {
        return waiting.length > 1;
    }

    @Override
    public void close() {
        Arrays.fill(waiting, 0);
        slots.close();
    }
}
