/**
 * From labelled examples to batches of what a model takes, normalised pixels or token numbers, made ahead on a thread of its own. Images are resized once and kept as bytes for
 * the task at hand; augmentation works on those bytes, and normalisation writes into buffers that are used again. Resizing and
 * normalisation are ham-runtime's, so training and serving see the same pixels.
 */
package ham.train.input;
