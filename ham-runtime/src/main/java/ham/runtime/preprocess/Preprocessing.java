package ham.runtime.preprocess;

import ham.runtime.ModelException;
import ham.runtime.image.Resample;
import ham.runtime.image.RgbImage;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How pixels become {@code pixel_values}: resize, centre crop, {@code pixel * rescaleFactor} rounded to float32, then
 * {@code (value - mean) / std} in float32, channels first. Agrees bit by bit with the (PIL and numpy) image processors of
 * Hugging Face transformers.
 *
 * @param resizing what happens to the size first
 * @param resample the filter of that resizing
 * @param crop how the middle is cut out afterwards; without, the size must be right by then
 * @param height rows of the result
 * @param width columns of the result
 * @param rescaleFactor what a pixel 0..255 is multiplied by; 1 for none
 * @param mean per channel R, G, B, after rescaling
 * @param std standard deviation per channel R, G, B, after rescaling; not 0
 * @param turns whether an image is first mirrored and turned as its EXIF says: transformers does that, torchvision and timm do not
 */
public record Preprocessing(
        Resizing resizing,
        Resample resample,
        Crop crop,
        int height,
        int width,
        double rescaleFactor,
        List<Double> mean,
        List<Double> std,
        boolean turns) {

    /** The file in the folder of a Hugging Face checkpoint. */
    public static final String HUGGING_FACE_FILE = "preprocessor_config.json";
    /** The key under which {@link #toJson} stands in the metadata of an ONNX file. */
    public static final String METADATA_KEY = "ham.preprocessing";

    public Preprocessing {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /** Turns images unless its crop is that of torchvision and timm. */
    public Preprocessing(
            Resizing resizing,
            Resample resample,
            Crop crop,
            int height,
            int width,
            double rescaleFactor,
            List<Double> mean,
            List<Double> std) {
        this(resizing, resample, crop, height, width, rescaleFactor, mean, std, PreprocessingJson.turnsByDefault(crop));
    }

    /** What transformers does for a ViT by default: bilinear, 0..255 to -1..1. */
    public static Preprocessing vitDefault(int imageSize) {
        List<Double> half = Collections.nCopies(3, 0.5);
        return new Preprocessing(
                new Resizing.Exact(imageSize, imageSize),
                Resample.BILINEAR,
                Crop.NONE,
                imageSize,
                imageSize,
                PreprocessingJson.DEFAULT_RESCALE_FACTOR,
                half,
                half);
    }

    /**
     * What most models trained on ImageNet take: the shortest edge to 8/7 of the side (256 for 224), bilinear, the middle cut out, mean and
     * standard deviation of ImageNet. Source: torchvision's reference presets for evaluation.
     */
    public static Preprocessing imagenet(int imageSize) {
        return new Preprocessing(
                new Resizing.ShortestEdge(8 * imageSize / 7),
                Resample.BILINEAR,
                Crop.CENTER_HALF_EVEN,
                imageSize,
                imageSize,
                PreprocessingJson.DEFAULT_RESCALE_FACTOR,
                ProcessorFamily.Colors.IMAGENET.mean(),
                ProcessorFamily.Colors.IMAGENET.std());
    }

    /**
     * What LAMDA-PILOT and toolboxes after it do with a ViT: the shortest edge to 8/7 of the side (256 for 224), bicubic, the middle cut out,
     * values from 0 to 1 without normalisation.
     */
    public static Preprocessing plainCrop(int imageSize) {
        return new Preprocessing(
                new Resizing.ShortestEdge(8 * imageSize / 7),
                Resample.BICUBIC,
                Crop.CENTER_HALF_EVEN,
                imageSize,
                imageSize,
                PreprocessingJson.DEFAULT_RESCALE_FACTOR,
                Collections.nCopies(3, 0.0),
                Collections.nCopies(3, 1.0));
    }

    /**
     * Reads a {@value #HUGGING_FACE_FILE}.
     *
     * @throws ModelException if the file cannot be read, is broken or asks for something that is not supported
     */
    public static Preprocessing read(Path file) {
        return PreprocessingJson.read(file);
    }

    /**
     * The preprocessing of a checkpoint: its {@value #HUGGING_FACE_FILE} (or the image processor in its {@code processor_config.json}), or what
     * timm's {@code config.json} says, or {@link #assumed} where it has none of them.
     *
     * @param checkpoint folder of the checkpoint
     * @param imageSize side of the images that its model takes, in pixels
     * @throws ModelException if a file is broken, asks for something that is not supported, or gives images of another size than the
     *     model takes
     */
    public static Preprocessing ofCheckpoint(Path checkpoint, int imageSize) {
        return CheckpointPreprocessing.read(checkpoint, imageSize).orElseGet(() -> assumed(checkpoint, imageSize));
    }

    /**
     * What is assumed of a checkpoint that does not say how its images are prepared: what transformers does by default for its kind of model.
     *
     * @param checkpoint folder of the checkpoint
     * @param imageSize side of the images that its model takes, in pixels
     */
    public static Preprocessing assumed(Path checkpoint, int imageSize) {
        return CheckpointPreprocessing.assumed(checkpoint, imageSize);
    }

    /**
     * A sentence for people where {@link #ofCheckpoint} can only assume: what it assumes, and what to do. Empty where the checkpoint says how
     * its images are prepared.
     */
    public static Optional<String> warning(Path checkpoint) {
        return CheckpointPreprocessing.warning(checkpoint);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws ModelException if the text is broken or asks for something that is not supported
     */
    public static Preprocessing fromJson(String json) {
        return fromJson(json, METADATA_KEY);
    }

    /** As {@link #fromJson(String)}, with the name of the text for error messages. */
    public static Preprocessing fromJson(String json, String name) {
        return PreprocessingJson.read(json, name);
    }

    /** One line of JSON with the keys of a {@value #HUGGING_FACE_FILE}. */
    public String toJson() {
        return PreprocessingJson.write(this);
    }

    /** The image as this sees it: upright where it turns images, else as its pixels lie. */
    public RgbImage held(RgbImage image) {
        return turns ? image.upright() : image;
    }

    /**
     * The part that works on 8-bit pixels: resize and crop.
     *
     * @return an image of {@link #width} x {@link #height}
     * @throws ModelException if the image has another size and may be neither resized nor cropped
     */
    public RgbImage resize(RgbImage image) {
        RgbImage resized = resizing.apply(held(image), resample);
        if (crop != Crop.NONE) {
            return crop.apply(resized, width, height);
        }
        requireSize(resized);
        return resized;
    }

    /**
     * The part that makes numbers: rescale and normalise.
     *
     * @param resized an image of {@link #width} x {@link #height}
     * @param out takes 3 * height * width floats at its position, channels first: [3, height, width]
     * @throws ModelException if the image has another size
     */
    public void normalize(RgbImage resized, FloatBuffer out) {
        requireSize(resized);
        byte[] rgb = resized.rgb();
        float[] table = new float[256];
        for (int channel = 0; channel < 3; channel++) {
            fill(table, channel);
            for (int i = channel; i < rgb.length; i += 3) {
                out.put(table[rgb[i] & 0xff]);
            }
        }
    }

    /** The numbers for one image: [3, height, width], row-major. */
    public float[] apply(RgbImage image) {
        float[] values = new float[3 * height * width];
        normalize(resize(image), FloatBuffer.wrap(values));
        return values;
    }

    /** The number for every pixel of a channel. */
    private void fill(float[] table, int channel) {
        for (int pixel = 0; pixel < table.length; pixel++) {
            table[pixel] = normalized(pixel, channel);
        }
    }

    /**
     * What {@link #normalize} makes of one byte.
     *
     * @param pixel 0..255
     * @param channel 0 red, 1 green, 2 blue
     */
    public float normalized(int pixel, int channel) {
        float center = mean.get(channel).floatValue();
        float spread = std.get(channel).floatValue();
        return ((float) (pixel * rescaleFactor) - center) / spread;
    }

    private void requireSize(RgbImage image) {
        if (image.width() != width || image.height() != height) {
            throw new ModelException("Expected an image of " + width + "x" + height + " pixels, found " + image.width()
                    + "x" + image.height() + ".");
        }
    }
}
