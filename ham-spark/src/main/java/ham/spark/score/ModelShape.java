package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.classify.Labels;
import ham.runtime.model.BatchLimits;
import ham.runtime.model.Model;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * What of a model matters for scoring.
 *
 * @param labels of its classes; none where only features are wanted
 * @param preprocessing of images; none where tensors come
 * @param takesPixels whether images go in as uint8 [height, width, 3] of any size, which the graph resizes itself
 * @param rowShape of one row of its input, without the batch; -1 where it is the images' own
 * @param batch how many rows a run takes
 * @param features which of its outputs is features; -1 where none is wanted
 */
public record ModelShape(
        List<String> labels,
        Optional<Preprocessing> preprocessing,
        boolean takesPixels,
        List<Long> rowShape,
        BatchLimits batch,
        int features) {
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
        boolean images = settings.kind().isImage();
        boolean takesPixels = images && model.inputs().get(0).dtype().equals(ElementType.UINT8.label());
        Optional<Preprocessing> preprocessing = images
                ? Optional.of(Preprocessing.fromJson(
                        metadata(model, Preprocessing.METADATA_KEY, "give it tensors instead of images"),
                        model.name() + ", metadata " + Preprocessing.METADATA_KEY))
                : Optional.empty();
        return new ModelShape(
                classes
                        ? Labels.fromJson(
                                metadata(
                                        model,
                                        Labels.METADATA_KEY,
                                        "leave out the columns of classes, and take features"),
                                model.name() + ", metadata " + Labels.METADATA_KEY)
                        : List.of(),
                preprocessing,
                takesPixels,
                takesPixels ? pixels(model) : rowShape(model, preprocessing),
                model.batchLimits(),
                settings.columns().features().isEmpty() ? -1 : features(model, settings.featuresOutput(), classes));
    }

    private static String metadata(Model model, String key, String otherwise) {
        String text = model.metadata().get(key);
        if (text == null) {
            throw new ModelException(
                    model.name() + ": expected " + key + " in its metadata, found none; " + otherwise + ".");
        }
        return text;
    }

    private static List<Long> pixels(Model model) {
        List<Long> any = List.of(-1L, -1L, 3L);
        requireInput(model, ElementType.UINT8, any);
        return any;
    }

    private static List<Long> rowShape(Model model, Optional<Preprocessing> images) {
        TensorSpec input = model.inputs().get(0);
        List<Long> declared = input.shape().isEmpty()
                ? List.of()
                : input.shape().subList(1, input.shape().size());
        boolean open = declared.stream().anyMatch(size -> size < 0);
        String side = model.metadata().get(Preprocessing.METADATA_KEY);
        Optional<Preprocessing> preprocessing = images.isPresent() || !open || declared.size() != 3 || side == null
                ? images
                : Optional.of(Preprocessing.fromJson(side));
        if (open && preprocessing.isEmpty()) {
            throw new ModelException(model.name() + ": expected an input of one size but for the batch, found "
                    + input.shapeText() + "; fix its size when it is exported.");
        }
        List<Long> shape = preprocessing
                .map(each -> List.of(3L, (long) each.height(), (long) each.width()))
                .orElse(declared);
        requireInput(model, ElementType.FLOAT32, shape);
        return shape;
    }

    private static void requireInput(Model model, ElementType type, List<Long> row) {
        TensorSpec input = model.inputs().get(0);
        boolean fits = model.inputs().size() == 1
                && input.dtype().equals(type.label())
                && input.shape().size() == row.size() + 1;
        for (int i = 0; fits && i < row.size(); i++) {
            long declared = input.shape().get(i + 1);
            fits = declared < 0 || row.get(i) < 0 || declared == row.get(i);
        }
        if (!fits) {
            throw new ModelException(model.name() + ": expected one input of type " + type.label() + " that takes rows "
                    + row + ", found " + model.inputs().size() + ", the first of type " + input.dtype() + " and shape "
                    + input.shapeText() + ".");
        }
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
