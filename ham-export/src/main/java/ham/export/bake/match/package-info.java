/**
 * Finds the constant behind each adapted layer: its content proposes, the names of the nodes that read it confirm, and what stays open is refused.
 */
package ham.export.bake.match;
