/**
 * Writes a copy of a model in which only the chosen constants and the classifier are changed; all else is copied byte for byte.
 */
package ham.export.bake.edit;
