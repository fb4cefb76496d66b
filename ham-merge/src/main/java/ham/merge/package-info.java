/**
 * Reading adapters and checkpoints, and merging adapters into one delta for every adapted weight. No class here knows an ML engine or ONNX.
 */
package ham.merge;
