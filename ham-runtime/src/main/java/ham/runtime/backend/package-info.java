/**
 * ONNX Runtime itself: loading it, its version, and which of its execution providers really work on this machine, found out
 * by trying them rather than by asking for a list.
 */
package ham.runtime.backend;
