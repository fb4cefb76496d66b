package ham.runtime.preprocess;

import ham.runtime.image.Resample;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The Hugging Face image processors that do nothing but the steps known here, with what each does where its file says nothing. Source: the
 * {@code image_processing_*.py} of transformers 5.
 */
enum ProcessorFamily {
    VIT("ViT", false, new Resizing.Exact(224, 224), true, Resample.BILINEAR, Colors.HALF),
    DEIT("DeiT", true, new Resizing.Exact(256, 256), true, Resample.BICUBIC, Colors.HALF),
    BEIT("Beit", false, new Resizing.Exact(224, 224), true, Resample.BICUBIC, Colors.HALF),
    SIGLIP("Siglip", false, new Resizing.Exact(224, 224), false, Resample.BICUBIC, Colors.HALF),
    PVT("Pvt", false, new Resizing.Exact(224, 224), true, Resample.BILINEAR, Colors.IMAGENET),
    BLIP("Blip", false, new Resizing.Exact(384, 384), true, Resample.BICUBIC, Colors.CLIP),
    CLIP("(Chinese)?CLIP", true, new Resizing.ShortestEdge(224), false, Resample.BICUBIC, Colors.CLIP),
    BIT("Bit", true, new Resizing.ShortestEdge(224), false, Resample.BICUBIC, Colors.CLIP),
    MOBILE_NET("MobileNetV[12]", true, new Resizing.ShortestEdge(256), false, Resample.BILINEAR, Colors.HALF),
    /** Crops within its resizing. */
    CONV_NEXT("ConvNext", false, new Resizing.ShortestEdge(384), false, Resample.BICUBIC, Colors.HALF),
    /** Resizes to 8/7 of the shortest edge that it names. */
    LEVIT("Levit", true, new Resizing.ShortestEdge(224), false, Resample.BICUBIC, Colors.IMAGENET);

    /** The side of a crop where nothing is said. */
    static final int CROP = 224;

    private static final List<String> TYPE_KEYS = List.of("image_processor_type", "feature_extractor_type");

    private final String pattern;
    private final boolean centerCrop;
    private final Resizing size;
    private final boolean squareSize;
    private final Resample resample;
    private final Colors colors;

    ProcessorFamily(
            String pattern, boolean centerCrop, Resizing size, boolean squareSize, Resample resample, Colors colors) {
        this.pattern = pattern;
        this.centerCrop = centerCrop;
        this.size = size;
        this.squareSize = squareSize;
        this.resample = resample;
        this.colors = colors;
    }

    /** Mean and standard deviation of R, G and B. */
    enum Colors {
        HALF(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5)),
        IMAGENET(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)),
        CLIP(List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));

        private final List<Double> mean;
        private final List<Double> std;

        Colors(List<Double> mean, List<Double> std) {
            this.mean = mean;
            this.std = std;
        }

        List<Double> mean() {
            return mean;
        }

        List<Double> std() {
            return std;
        }
    }

    /** The family that a configuration names; a ViT's where it names none. */
    static ProcessorFamily of(ConfigReader config) {
        for (String key : TYPE_KEYS) {
            if (config.has(key)) {
                String type = config.text(key);
                for (ProcessorFamily family : values()) {
                    if (type.matches(family.pattern + "(ImageProcessor(Fast|Pil)?|FeatureExtractor)")) {
                        return family;
                    }
                }
                String known = Arrays.stream(values())
                        .map(each -> each.pattern.replaceAll("\\(.*\\)\\?|\\[12]", ""))
                        .collect(Collectors.joining(", "));
                throw config.problem(key, "the image processor of one of " + known, type);
            }
        }
        return VIT;
    }

    /** Whether the middle is cut out when nothing is said. */
    boolean centerCrop() {
        return centerCrop;
    }

    /** The size when nothing is said. */
    Resizing size() {
        return size;
    }

    /** Whether a size given as one number means both sides; otherwise it means the shortest edge. */
    boolean squareSize() {
        return squareSize;
    }

    /** The filter when nothing is said. */
    Resample resample() {
        return resample;
    }

    /** Mean and standard deviation when nothing is said. */
    Colors colors() {
        return colors;
    }
}
