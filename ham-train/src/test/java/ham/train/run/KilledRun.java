package ham.train.run;

import ham.merge.head.HeadKind;
import ham.train.config.RunConfig;
import ham.train.lora.StepProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A process that works on a run, saves it after every step, and says a line for every step and task, until it is killed; with a third argument
 * it waits for that when its first task is saved.
 */
final class KilledRun {
    private KilledRun() {}

    /** Statistics of so wide a projection are larger than all else that a run writes. */
    static RunConfig config(Path data) {
        return TinyRun.config(data, HeadKind.LINEAR, 3).toBuilder()
                .optProjection(160)
                .build();
    }

    public static void main(String[] arguments) {
        RunInputs inputs = RunInputs.open(config(Path.of(arguments[0])));
        try (RunFolder folder = RunFolder.open(Path.of(arguments[1]), true, false)) {
            RecordedRun.writeOrCheck(folder, inputs, Map.of(), List.of());
            new StreamTrainer(inputs, new Speaker(arguments.length > 2), Duration.ZERO).run(folder);
            folder.finish();
        }
    }

    private static final class Speaker extends TinyRun.Recorder {
        private final boolean waits;

        Speaker(boolean waits) {
            super(-1);
            this.waits = waits;
        }

        @Override
        public void step(int task, int tasks, StepProgress step) {
            System.out.println("step");
        }

        @Override
        public void finished(TaskSummary summary) {
            System.out.println("finished");
            try {
                Thread.sleep(waits ? Long.MAX_VALUE : 0);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
