package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.image.RgbImage;
import org.apache.spark.sql.Row;

/**
 * A row and what the model gets of it: an image of the right size, values, or nothing and the reason why.
 *
 * @param row as it came
 * @param image resized, or of any size where the graph resizes; else null
 * @param values of a tensor; else null
 * @param error why neither is there; else null
 */
@SuppressWarnings("ArrayRecordComponent")
record RowInput(Row row, RgbImage image, float[] values, String error) {
    /** Decodes what a row holds; what is wrong with it becomes text. */
    static RowInput of(Row row, ScoreSettings settings, ModelShape shape) {
        Object value = row.get(settings.input());
        if (value == null) {
            return new RowInput(row, null, null, "Expected an input, found null.");
        }
        try {
            if (settings.kind().isImage()) {
                RgbImage image = settings.kind().image(value);
                return new RowInput(
                        row,
                        shape.takesPixels()
                                ? image
                                : shape.preprocessing().orElseThrow().resize(image),
                        null,
                        null);
            }
            float[] values = settings.kind().values(value);
            long expected = shape.rowShape().stream().reduce(1L, Math::multiplyExact);
            if (values.length != expected) {
                throw new ModelException(
                        "Expected " + expected + " values, " + shape.rowShape() + ", found " + values.length + ".");
            }
            return new RowInput(row, null, values, null);
        } catch (ModelException e) {
            return new RowInput(row, null, null, e.getMessage());
        }
    }

    boolean isGood() {
        return error == null;
    }

    /** Whether both can go into one run. */
    boolean fits(RowInput other) {
        return image == null || (image.width() == other.image.width() && image.height() == other.image.height());
    }
}
