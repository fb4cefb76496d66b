package ham.runtime.preprocess;

import ham.runtime.image.Resample;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The Hugging Face image processors that do nothing but the steps known here, with what each does where its file says nothing. Source: the
 * {@code image_processing_*.py} of transformers 5.
 *
 * @param pattern of the name before {@code ImageProcessor}
 * @param centerCrop whether the middle is cut out when nothing is said
 * @param size the size when nothing is said
 * @param squareSize whether a size given as one number means both sides; otherwise it means the shortest edge
 * @param resample the filter when nothing is said
 * @param colors mean and standard deviation when nothing is said
 */
record ProcessorFamily(
        String pattern, boolean centerCrop, Resizing size, boolean squareSize, Resample resample, Colors colors) {
    static final ProcessorFamily VIT =
            new ProcessorFamily("ViT", false, new Resizing.Exact(224, 224), true, Resample.BILINEAR, Colors.HALF);
    static final ProcessorFamily DEIT =
            new ProcessorFamily("DeiT", true, new Resizing.Exact(256, 256), true, Resample.BICUBIC, Colors.HALF);
    static final ProcessorFamily BEIT =
            new ProcessorFamily("Beit", false, new Resizing.Exact(224, 224), true, Resample.BICUBIC, Colors.HALF);
    static final ProcessorFamily SIGLIP =
            new ProcessorFamily("Siglip", false, new Resizing.Exact(224, 224), false, Resample.BICUBIC, Colors.HALF);
    static final ProcessorFamily PVT =
            new ProcessorFamily("Pvt", false, new Resizing.Exact(224, 224), true, Resample.BILINEAR, Colors.IMAGENET);
    static final ProcessorFamily BLIP =
            new ProcessorFamily("Blip", false, new Resizing.Exact(384, 384), true, Resample.BICUBIC, Colors.CLIP);
    static final ProcessorFamily CLIP = new ProcessorFamily(
            "(Chinese)?CLIP", true, new Resizing.ShortestEdge(224), false, Resample.BICUBIC, Colors.CLIP);
    static final ProcessorFamily BIT =
            new ProcessorFamily("Bit", true, new Resizing.ShortestEdge(224), false, Resample.BICUBIC, Colors.CLIP);
    static final ProcessorFamily MOBILE_NET = new ProcessorFamily(
            "MobileNetV[12]", true, new Resizing.ShortestEdge(256), false, Resample.BILINEAR, Colors.HALF);
    /** Crops within its resizing. */
    static final ProcessorFamily CONV_NEXT = new ProcessorFamily(
            "ConvNext", false, new Resizing.ShortestEdge(384), false, Resample.BICUBIC, Colors.HALF);
    /** Resizes to 8/7 of the shortest edge that it names. */
    static final ProcessorFamily LEVIT = new ProcessorFamily(
            "Levit", true, new Resizing.ShortestEdge(224), false, Resample.BICUBIC, Colors.IMAGENET);

    private static final List<ProcessorFamily> ALL =
            List.of(VIT, DEIT, BEIT, SIGLIP, PVT, BLIP, CLIP, BIT, MOBILE_NET, CONV_NEXT, LEVIT);

    /** The side of a crop where nothing is said. */
    static final int CROP = 224;

    private static final List<String> TYPE_KEYS = List.of("image_processor_type", "feature_extractor_type");

    /** Mean and standard deviation of R, G and B. */
    record Colors(List<Double> mean, List<Double> std) {
        static final Colors HALF = new Colors(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
        static final Colors IMAGENET = new Colors(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));
        static final Colors CLIP =
                new Colors(List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));
    }

    /** The family that a configuration names; a ViT's where it names none. */
    static ProcessorFamily of(ConfigReader config) {
        for (String key : TYPE_KEYS) {
            if (config.has(key)) {
                String type = config.text(key);
                for (ProcessorFamily family : ALL) {
                    if (type.matches(family.pattern + "(ImageProcessor(Fast|Pil)?|FeatureExtractor)")) {
                        return family;
                    }
                }
                String known = ALL.stream()
                        .map(each -> each.pattern.replaceAll("\\(.*\\)\\?|\\[12]", ""))
                        .collect(Collectors.joining(", "));
                throw config.problem(key, "the image processor of one of " + known, type);
            }
        }
        return VIT;
    }

    /** Whether it is that one. (Comparing whole records sets up more than a start should wait for.) */
    boolean is(ProcessorFamily other) {
        return pattern.equals(other.pattern);
    }
}
