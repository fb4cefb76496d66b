/** From an image to labels: a classifier over a model, its labels, what its outputs mean. */
package ham.runtime.classify;
