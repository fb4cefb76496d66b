/**
 * A checkpoint from an ONNX graph: the weights of a known family are found under their names or by the nodes that read them, turned as the checkpoint
 * has them, described by a {@code config.json} that the graph itself implies, and proved by running both.
 */
package ham.export.importing;
