/**
 * Other number formats for a graph that ham built: float16, int8 with ranges measured while it runs, int8 with ranges measured before.
 * ONNX Runtime's own operators and int8 with ranges measured while it runs are for graphs of others too.
 *
 * <p>Each is a rewriting of the float32 graph, which also is what the result is compared with. The classifier, from the value
 * {@code features} on, always stays float32.
 */
package ham.export.precision;
