/**
 * The program in the stand-alone jar: {@code java -jar ham-runtime.jar MODEL.onnx IMAGE...}. Every class that it loads delays the first label,
 * so it parses its few options itself.
 */
package ham.runtime.app;
