package ham.runtime.classify;

import ham.runtime.ModelException;
import ham.runtime.model.Model;
import ham.runtime.preprocess.Preprocessing;
import java.util.ArrayList;
import java.util.List;

/** Labels and preprocessing of a classifier: given, or from its file. */
record ClassifierMetadata(List<String> labels, Preprocessing preprocessing) {
    /** @throws ModelException when one of them is neither given nor in the file, or is broken */
    static ClassifierMetadata of(Model model, Supplement supplement) {
        requireAll(model, supplement);
        return new ClassifierMetadata(
                supplement
                        .labels()
                        .orElseGet(() -> Labels.fromJson(
                                model.metadata().get(Labels.METADATA_KEY), nameOf(model, Labels.METADATA_KEY))),
                supplement
                        .preprocessing()
                        .map(bySide -> bySide.apply(side(model)))
                        .orElseGet(() -> Preprocessing.fromJson(
                                model.metadata().get(Preprocessing.METADATA_KEY),
                                nameOf(model, Preprocessing.METADATA_KEY))));
    }

    private static void requireAll(Model model, Supplement supplement) {
        List<String> missing = new ArrayList<>();
        List<String> options = new ArrayList<>();
        if (supplement.labels().isEmpty() && !model.metadata().containsKey(Labels.METADATA_KEY)) {
            missing.add(Labels.METADATA_KEY);
            options.add("labels");
        }
        if (supplement.preprocessing().isEmpty() && !model.metadata().containsKey(Preprocessing.METADATA_KEY)) {
            missing.add(Preprocessing.METADATA_KEY);
            options.add("preprocessing");
        }
        if (!missing.isEmpty()) {
            throw new ModelException(model.name()
                    + ": expected a classifier with labels and preprocessing in its metadata, found no "
                    + String.join(" and no ", missing) + "; give " + String.join(" and ", options)
                    + ", or run it on tensors.");
        }
    }

    /** Side of the square images that the graph takes, -1 where it does not say so. */
    private static int side(Model model) {
        List<Long> shape = model.inputs().get(0).shape();
        return shape.size() == 4 && shape.get(2) > 0 && shape.get(2).equals(shape.get(3))
                ? Math.toIntExact(shape.get(2))
                : -1;
    }

    private static String nameOf(Model model, String key) {
        return model.name() + ", metadata " + key;
    }
}
