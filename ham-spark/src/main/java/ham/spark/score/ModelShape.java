package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.classify.Intake;
import ham.runtime.classify.Labels;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.Model;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * What of a model matters for scoring.
 *
 * @param labels of its classes; none where only features are wanted
 * @param intake how images come in; none where tensors do
 * @param rowShape of one row of its input, without the batch; -1 where it is the images' own
 * @param batch how many rows a run takes
 * @param features which of its outputs is features; -1 where none is wanted
 */
public record ModelShape(
        List<String> labels, Optional<Intake> intake, List<Long> rowShape, BatchLimits batch, int features) {
    private static final String FEATURES = "features";

    public ModelShape {
        labels = List.copyOf(labels);
        rowShape = List.copyOf(rowShape);
    }

    /**
     * Checks that a model gives what is wanted.
     *
     * @throws ModelException when it does not
     */
    public static ModelShape of(Model model, ScoreSettings settings) {
        boolean classes = settings.columns().classes();
        boolean features = !settings.columns().features().isEmpty();
        Optional<Intake> intake = settings.kind().isImage()
                ? Optional.of(Intake.of(
                        model,
                        Preprocessing.fromJson(
                                metadata(model, Preprocessing.METADATA_KEY, "give it tensors instead of images"),
                                model.name() + ", metadata " + Preprocessing.METADATA_KEY)))
                : Optional.empty();
        return new ModelShape(
                classes
                        ? Labels.fromJson(
                                metadata(model, Labels.METADATA_KEY, "leave out the columns of classes, and take features"),
                                model.name() + ", metadata " + Labels.METADATA_KEY)
                        : List.of(),
                intake,
                rowShape(model, intake),
                model.batchLimits(),
                features ? features(model, settings.featuresOutput(), classes) : -1);
    }

    private static String metadata(Model model, String key, String otherwise) {
        String text = model.metadata().get(key);
        if (text == null) {
            throw new ModelException(
                    model.name() + ": expected " + key + " in its metadata, found none; " + otherwise + ".");
        }
        return text;
    }

    private static List<Long> rowShape(Model model, Optional<Intake> intake) {
        if (intake.isPresent()) {
            Preprocessing preprocessing = intake.get().preprocessing();
            return intake.get().takesPixels()
                    ? List.of(-1L, -1L, 3L)
                    : List.of(3L, (long) preprocessing.height(), (long) preprocessing.width());
        }
        TensorSpec input = model.inputs().get(0);
        List<Long> shape = input.shape().isEmpty()
                ? List.of()
                : input.shape().subList(1, input.shape().size());
        if (model.inputs().size() != 1 || !input.dtype().equals("float32") || input.shape().isEmpty()) {
            throw new ModelException(model.name() + ": expected one float32 input [batch, ...] for tensors, found "
                    + model.inputs().size() + ", the first of type " + input.dtype() + " and shape "
                    + input.shapeText() + ".");
        }
        String side = model.metadata().get(Preprocessing.METADATA_KEY);
        if (shape.stream().anyMatch(size -> size < 0) && shape.size() == 3 && side != null) {
            Preprocessing preprocessing = Preprocessing.fromJson(side);
            return List.of(3L, (long) preprocessing.height(), (long) preprocessing.width());
        }
        if (shape.stream().anyMatch(size -> size < 0)) {
            throw new ModelException(model.name() + ": expected an input of one size but for the batch, found "
                    + input.shapeText() + "; fix its size when it is exported.");
        }
        return shape;
    }

    private static int features(Model model, String name, boolean classes) {
        List<String> names = model.outputs().stream().map(TensorSpec::name).toList();
        String wanted = name.isEmpty() ? FEATURES : name;
        int index = names.indexOf(wanted);
        if (index < 0 && name.isEmpty() && !classes) {
            index = 0;
        }
        if (index < 0) {
            throw new ModelException(model.name() + ": expected an output " + wanted + " for features, found " + names
                    + "; name the one that is meant.");
        }
        return index;
    }
}
