package ham.train.guard;

import ham.train.learn.LearningSettings;

/**
 * A merge of the adapters at hand that is compared with the run's own.
 *
 * @param name what of it differs, as {@code ties density=0.2}
 * @param learning makes its deltas of the adapters; none of these is trained again
 */
public record MergeCandidate(String name, LearningSettings learning) {}
