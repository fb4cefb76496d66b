package ham.spark.score;

import ham.runtime.ModelException;
import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import java.util.List;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StringType;

/** What a column of inputs holds. */
public enum InputKind {
    /** Image files: binary. */
    ENCODED_IMAGE,
    /** What Spark's image source reads: a struct of size and pixels. Spark decodes JPEG by other rounding than Pillow does. */
    SPARK_IMAGE,
    /** Values after preprocessing, row-major, without the dimension of the batch: array of float or double. */
    ARRAY,
    /** The same as a vector of Spark ML. */
    VECTOR,
    /** Texts: string. */
    TEXT;

    private static final int TEXT_BATCHES = 16;

    /**
     * The kind of a column.
     *
     * @throws ModelException when its type is none of these
     */
    public static InputKind of(String column, DataType type) {
        if (type instanceof BinaryType) {
            return ENCODED_IMAGE;
        }
        if (DataType.equalsIgnoreCaseAndNullability(type, ImageSchema.columnSchema())) {
            return SPARK_IMAGE;
        }
        if (type.equals(SQLDataTypes.VectorType())) {
            return VECTOR;
        }
        if (type instanceof ArrayType array
                && (array.elementType() instanceof FloatType || array.elementType() instanceof DoubleType)) {
            return ARRAY;
        }
        if (type instanceof StringType) {
            return TEXT;
        }
        throw new ModelException("Column " + column
                + ": expected images (binary, or a struct of Spark's image source), texts (string) or tensors (array of"
                + " float or double, vector), found " + type.simpleString() + ".");
    }

    /** How many batches of rows are read at a time: texts are small, and of several batches those of like length run together. */
    int batches() {
        return this == TEXT ? TEXT_BATCHES : 1;
    }

    /**
     * Decodes an image.
     *
     * @throws ModelException when it is none
     */
    RgbImage image(Object value) {
        return this == ENCODED_IMAGE ? ImageDecoder.decode((byte[]) value, "the image") : pixels((Row) value);
    }

    /** The values of a tensor. */
    float[] values(Object value) {
        double[] doubles;
        if (this == VECTOR) {
            doubles = ((Vector) value).toArray();
        } else {
            List<?> list = scala.jdk.javaapi.CollectionConverters.asJava((scala.collection.Seq<?>) value);
            doubles = new double[list.size()];
            int i = 0;
            for (Object each : list) {
                if (each == null) {
                    throw new ModelException("Expected numbers, found none at place " + i + " of the tensor.");
                }
                doubles[i++] = ((Number) each).doubleValue();
            }
        }
        float[] values = new float[doubles.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) doubles[i];
        }
        return values;
    }

    /** Pixels as OpenCV orders them: blue, green, red and, where there are four, alpha, which is dropped as everywhere here. */
    private static RgbImage pixels(Row row) {
        int width = ImageSchema.getWidth(row);
        int height = ImageSchema.getHeight(row);
        int channels = ImageSchema.getNChannels(row);
        byte[] data = ImageSchema.getData(row);
        if (width < 1 || height < 1) {
            throw new ModelException("Expected an image, found none: Spark could not decode it.");
        }
        if ((channels != 1 && channels != 3 && channels != 4) || data.length != (long) channels * width * height) {
            throw new ModelException("Expected 1, 3 or 4 bytes for each of " + width + "x" + height + " pixels, found "
                    + channels + " channels and " + data.length + " bytes.");
        }
        if (channels == 1) {
            return RgbImage.ofGray(width, height, data);
        }
        byte[] rgb = new byte[3 * width * height];
        for (int pixel = 0; pixel < width * height; pixel++) {
            for (int color = 0; color < 3; color++) {
                rgb[3 * pixel + color] = data[channels * pixel + 2 - color];
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
