/**
 * The messages of an ONNX file, generated from {@code onnx.proto} in the build.
 *
 * <p>Field names and numbers are those of the ONNX intermediate representation; nothing in this package is written by hand.
 */
package ham.export.proto;
