/**
 * From labelled images to batches of normalised pixels. Images are resized once and kept as bytes for the task at hand;
 * augmentation works on those bytes, and normalisation writes into one buffer that is used again for every batch. Resizing and
 * normalisation are ham-runtime's, so training and serving see the same pixels.
 */
package ham.train.input;
