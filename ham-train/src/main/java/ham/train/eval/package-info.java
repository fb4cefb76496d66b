/** Accuracy of a deployed ONNX file, measured on the pixels and the session that serving uses. */
package ham.train.eval;
