/**
 * Images: decoding of files into 8-bit RGB, and resizing that agrees with Python's Pillow bit by bit, so that a model
 * sees at serving time the pixels that it saw in training.
 */
package ham.runtime.image;
