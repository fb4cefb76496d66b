package ham.export.form;

/** Names of what a changed form adds to a graph's inputs and outputs; part of the file format. */
final class FormNames {
    static final String IMAGES = "images";
    static final String PROBABILITIES = "probabilities";
    static final String TOP_PROBABILITIES = "top_probabilities";
    static final String TOP_INDICES = "top_indices";
    static final String FEATURES = "features";

    private FormNames() {}
}
