package ham.train.stream;

/**
 * Images of one task, told apart by use. Both arrays hold indices into the training set, ascending.
 *
 * @param training images to learn from
 * @param heldOut images kept back to watch the task's own accuracy
 */
@SuppressWarnings("ArrayRecordComponent")
public record Split(int[] training, int[] heldOut) {}
