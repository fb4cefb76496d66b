/**
 * What a finished model takes and gives: pixels as a camera has them instead of normalised numbers, probabilities or the best classes instead
 * of logits, features beside them. The graph in between stays as it is, so this works on built, baked and quantised models alike.
 */
package ham.export.form;
