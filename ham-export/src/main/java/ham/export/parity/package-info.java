/**
 * Runs several forms of one model on the same inputs and says how far their logits are apart.
 *
 * <p>A transformation of a graph is only trusted when reference and result have been run side by side.
 */
package ham.export.parity;
