/**
 * Models on TensorRT itself, without ONNX Runtime: an engine is built from an ONNX file for one kind of GPU, saved with a record of what it was
 * made from, loaded, run with pinned buffers, and given the weights of the next merge (refitted) instead of being built anew. Every engine is
 * compared with ONNX Runtime on the CPU before it is saved.
 *
 * <p>{@link ham.runtime.tensorrt.TensorRtEngines} is the way in. What an engine is and how it lies on disk stands in
 * {@link ham.runtime.tensorrt.engine}, what touches native code in {@link ham.runtime.tensorrt.binding}. Source: NVIDIA's documentation of
 * TensorRT 10 and its headers, as Bytedeco binds them.
 */
package ham.runtime.tensorrt;
