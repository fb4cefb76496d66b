/**
 * From pixels to the numbers a model takes: resize, centre crop, rescale, normalise, as the Hugging Face image processor of
 * the checkpoint did it, with the settings under the same keys as in its {@code preprocessor_config.json}.
 */
package ham.runtime.preprocess;
