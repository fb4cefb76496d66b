package ham.export.bake.match;

import java.util.List;

/**
 * A decision: this block of weights stands there, and these uses of it belong to its layer.
 *
 * @param layer name of the delta
 * @param placement where it stands
 * @param uses the readings of the constant that belong to the layer
 * @param likeness how what stands there is the base's
 * @param how how it was found, for people
 */
public record Match(String layer, Placement placement, List<Use> uses, Likeness likeness, String how) {}
