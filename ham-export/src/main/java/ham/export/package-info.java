/**
 * From a base checkpoint and a merge to one ONNX file, built, checked, compared with its reference form and written whole or not
 * at all; and the reading of ONNX files from anywhere.
 */
package ham.export;
