/**
 * Bakes a merge into an ONNX graph that somebody else exported, step by step: the graph is read ({@link ham.export.bake.read}), the
 * constant behind each adapted layer is found ({@link ham.export.bake.match}), a copy of the file is written in which only those constants are
 * changed ({@link ham.export.bake.edit}), and it is run beside its references ({@link ham.export.bake.verify}).
 */
package ham.export.bake;
