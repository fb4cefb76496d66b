/**
 * The native side: {@link ham.runtime.tensorrt.binding.Gpu} says the little of TensorRT that is needed, the classes named {@code Nv} say it
 * through Bytedeco's bindings, and {@code CppObject} deletes what C++ made.
 */
package ham.runtime.tensorrt.binding;
