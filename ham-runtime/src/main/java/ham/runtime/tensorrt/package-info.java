/**
 * Models on TensorRT itself, without ONNX Runtime: an engine is built from an ONNX file for one kind of GPU, saved with a record of what it was
 * made from, loaded, run with pinned buffers, and given the weights of the next merge (refitted) instead of being built anew. Every engine is
 * compared with ONNX Runtime on the CPU before it is saved.
 *
 * <p>{@link ham.runtime.tensorrt.TensorRtEngines} is the way in. What touches native code stands behind {@code GpuLibrary}; its names begin
 * with {@code Nv}. Source: NVIDIA's documentation of TensorRT 10 and its headers, as Bytedeco binds them.
 */
package ham.runtime.tensorrt;
