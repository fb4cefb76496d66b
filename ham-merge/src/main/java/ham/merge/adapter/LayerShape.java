package ham.merge.adapter;

/**
 * Shape and scaling of one weight's factors.
 *
 * @param outputs rows of the delta
 * @param inputs columns of the delta
 * @param rank r
 * @param scaling s
 */
public record LayerShape(int outputs, int inputs, int rank, double scaling) {}
