/**
 * Runs a deployed model: decodes images, turns pixels into numbers, and lets ONNX Runtime do the rest. Nothing here knows
 * how the model was made, so that this module can stand alone on an edge box.
 */
package ham.runtime;
