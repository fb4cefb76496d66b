/**
 * What can run a model: ONNX Runtime itself, its execution providers and how they are set, TensorRT's own libraries, and which of them really
 * work on this machine, found out by trying them rather than by asking for a list.
 */
package ham.runtime.backend;
