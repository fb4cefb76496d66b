package ham.export.bake.match;

/**
 * A place where a layer's weights stand.
 *
 * @param placement the place
 * @param likeness how what stands there is the layer's
 */
record PossiblePlace(Placement placement, Likeness likeness) {}
