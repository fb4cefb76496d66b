package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import ham.runtime.model.Bound;
import ham.runtime.model.Model;
import ham.runtime.preprocess.Preprocessing;
import ham.runtime.tensor.ElementType;
import ham.runtime.text.TextPreprocessing;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** Images, resized and normalized as the model's metadata say; or as they are, uint8 [height, width, 3], where the graph does that itself. */
final class ImageFeed extends BoundFeed<RgbImage> {
    private final InputKind kind;
    private final Preprocessing preprocessing;
    private final boolean takesPixels;
    private final List<Long> shape;

    /** @throws ModelException when the model takes no images, or does not say how they are prepared */
    ImageFeed(Model model, ScoreSettings settings) {
        super(model, settings.input());
        this.kind = settings.kind();
        this.preprocessing = Preprocessing.fromJson(
                Metadata.require(
                        model,
                        Preprocessing.METADATA_KEY,
                        "give it " + (TextPreprocessing.isIn(model.metadata()) ? "texts" : "tensors")
                                + " instead of images"),
                model.name() + ", metadata " + Preprocessing.METADATA_KEY);
        this.takesPixels = model.inputs().get(0).dtype().equals(ElementType.UINT8.label());
        this.shape = takesPixels ? List.of(-1L, -1L, 3L) : InputShape.of(model, Optional.of(preprocessing));
        if (takesPixels) {
            InputShape.require(model, ElementType.UINT8, shape);
        }
    }

    @Override
    RgbImage content(Object value) {
        RgbImage image = kind.image(value);
        return takesPixels ? image : preprocessing.resize(image);
    }

    @Override
    public boolean fits(RgbImage one, RgbImage other) {
        return one.width() == other.width() && one.height() == other.height();
    }

    @Override
    long[] shape(RgbImage first, int rows) {
        return takesPixels ? new long[] {rows, first.height(), first.width(), 3} : InputShape.batch(shape, rows);
    }

    @Override
    void fill(List<RgbImage> inputs, Bound bound) {
        if (takesPixels) {
            ByteBuffer bytes = bound.input().clear();
            inputs.forEach(image -> bytes.put(image.rgb()));
            while (bytes.hasRemaining()) {
                bytes.put((byte) 0);
            }
            return;
        }
        FloatBuffer floats = bound.inputFloats().clear();
        inputs.forEach(image -> preprocessing.normalize(image, floats));
        while (floats.hasRemaining()) {
            floats.put(0);
        }
    }
}
