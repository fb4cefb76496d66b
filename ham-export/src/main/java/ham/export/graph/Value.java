package ham.export.graph;

/**
 * A tensor of a graph under construction: an input, an initializer or a node's output.
 *
 * @param name the name under which nodes read it, unique in its graph
 */
public record Value(String name) {}
