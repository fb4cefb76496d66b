/**
 * Reads a graph: where its nodes, constants and metadata stand in the file, found by walking over the protobuf fields without reading the tensors. What is
 * not understood is kept as it is.
 *
 * <p>Sources: <a href="https://protobuf.dev/programming-guides/encoding/">protobuf encoding</a>, the
 * <a href="https://onnx.ai/onnx/repo-docs/IR.html">ONNX intermediate representation</a> and its external data.
 */
package ham.export.bake.read;
