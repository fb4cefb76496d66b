package ham.train.run;

import ham.merge.folder.AdapterMerge;
import ham.merge.head.NamedHead;

/**
 * A finished run.
 *
 * @param merge the merge of all adapters, as the folder {@code merged/} holds it
 * @param head the chosen head over all classes
 * @param variants accuracy matrices
 */
public record RunResult(AdapterMerge merge, NamedHead head, Variants variants) {}
