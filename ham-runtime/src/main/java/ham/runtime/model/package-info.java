/**
 * ONNX models: one session each, opened, checked, run and closed without leaks; and classifiers, which take images and give
 * labels with nothing but their own file.
 */
package ham.runtime.model;
