/**
 * The rules that a valid ONNX model keeps, checked on a file from anywhere or on a graph that ham has just built.
 *
 * <p>Source: the IR specification of <a href="https://github.com/onnx/onnx/blob/main/docs/IR.md">ONNX</a>.
 */
package ham.export.check;
