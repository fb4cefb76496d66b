/**
 * Writes ONNX graphs: a builder that hands out unique names, and operators that check their inputs and attributes when a
 * node is made, so that a bad graph cannot be built.
 *
 * <p>Knows the <a href="https://onnx.ai/onnx/intro/concepts.html">ONNX format</a> and nothing of Vision Transformers. Graphs
 * are written in operator set 17 of the standard domain with IR version 8.
 */
package ham.export.graph;
