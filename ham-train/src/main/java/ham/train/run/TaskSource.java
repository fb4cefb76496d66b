package ham.train.run;

import ham.train.lora.TaskStart;
import ham.train.stream.Split;

/** Where the adapters of a run come from. */
interface TaskSource {
    /** The adapter of the task that begins at {@code start}, learnt from the training images of {@code split}. */
    TaskOutcome learn(TaskStart start, Split split);
}
