/** Texts as a model takes them: token numbers and a mask, padded to the longest of a batch. */
package ham.runtime.text;
