package ham.export.importing;

/**
 * What an output of the graph is, by running both.
 *
 * @param output its name
 * @param is what the checkpoint calls it: {@code last_hidden_state}, {@code pooler_output}, {@code logits}, or a pooling
 * @param maxAbs largest difference of the two on the same inputs
 */
public record OutputMatch(String output, String is, double maxAbs) {}
