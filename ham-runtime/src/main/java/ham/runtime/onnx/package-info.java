/**
 * What is read from an ONNX file itself, without ONNX Runtime: the files that its weights lie in, the hash by which engines are told apart, and
 * whether it ends in a softmax.
 */
package ham.runtime.onnx;
