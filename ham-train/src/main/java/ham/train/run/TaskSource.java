package ham.train.run;

import ham.train.lora.TaskStart;
import ham.train.replay.LatentReplay;
import ham.train.stream.Split;
import java.util.Optional;

/** Where the adapters of a run come from. */
interface TaskSource {
    /**
     * The adapter of the task that begins at {@code start}, learnt from the training images of {@code split}.
     *
     * @param replay draws states of earlier classes for every step
     */
    TaskOutcome learn(TaskStart start, Split split, Optional<LatentReplay> replay);
}
