/**
 * Texts as a model takes them: token numbers and a mask, padded to the longest of a batch. What splits texts into tokens is found by
 * {@link java.util.ServiceLoader}; the module ham-text has it.
 */
package ham.runtime.text;
