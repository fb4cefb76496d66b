/** What runs a model: an ONNX file, or a base graph with an adapter a request. */
package ham.serve.engine;
