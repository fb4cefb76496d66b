package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.model.Model;

/** What stands in a model's metadata. */
final class Metadata {
    private Metadata() {}

    /**
     * An entry that must be there.
     *
     * @param otherwise what to do where it is not
     * @throws ModelException when it is not
     */
    static String require(Model model, String key, String otherwise) {
        String text = model.metadata().get(key);
        if (text == null) {
            throw new ModelException(
                    model.name() + ": expected " + key + " in its metadata, found none; " + otherwise + ".");
        }
        return text;
    }
}
