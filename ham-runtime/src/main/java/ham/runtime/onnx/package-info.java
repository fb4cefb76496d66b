/** What is read from an ONNX file itself, without ONNX Runtime: the files that its weights lie in, and the hash by which engines are told apart. */
package ham.runtime.onnx;
