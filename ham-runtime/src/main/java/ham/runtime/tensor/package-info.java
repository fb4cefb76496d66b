/** Tensors as a model takes and gives them: element types, shapes, buffers. */
package ham.runtime.tensor;
