package ham.export;

/**
 * Where one delta of a merge went.
 *
 * @param layer the delta's name in the merge
 * @param initializer the graph's constant that it was added to
 * @param layout how that constant is stored: {@code [out, in]} or {@code [out]}
 * @param how how the two names were found to mean the same
 */
public record MatchedLayer(String layer, String initializer, String layout, String how) {}
