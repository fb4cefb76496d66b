/**
 * Bakes a merge into an ONNX graph that somebody else exported: finds the constant behind each adapted layer by its content,
 * confirms it by the names of the nodes that read it, and writes a copy of the file in which only those constants are changed.
 *
 * <p>The file is scanned in its protobuf wire format; what is not changed is copied as it is, without being understood. Sources:
 * <a href="https://protobuf.dev/programming-guides/encoding/">protobuf encoding</a>, the
 * <a href="https://onnx.ai/onnx/repo-docs/IR.html">ONNX intermediate representation</a> and its external data.
 */
package ham.export.bake;
