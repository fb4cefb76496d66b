/** What an engine of TensorRT is built with, what it depends on, how near it comes to ONNX Runtime, and its file with the record beside it. */
package ham.runtime.tensorrt.engine;
