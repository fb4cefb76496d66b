package ham.runtime.preprocess;

import java.util.List;

/** The Hugging Face image processors that do nothing but the steps known here, with the defaults in which they differ. */
enum ProcessorFamily {
    VIT("ViT", false, true),
    DEIT("DeiT", true, true),
    CLIP("CLIP", true, false);

    private static final List<String> TYPE_KEYS = List.of("image_processor_type", "feature_extractor_type");

    private final String prefix;
    private final boolean centerCrop;
    private final boolean squareSize;

    ProcessorFamily(String prefix, boolean centerCrop, boolean squareSize) {
        this.prefix = prefix;
        this.centerCrop = centerCrop;
        this.squareSize = squareSize;
    }

    /** The family that a configuration names; a ViT's where it names none. */
    static ProcessorFamily of(ConfigReader config) {
        for (String key : TYPE_KEYS) {
            if (config.has(key)) {
                String type = config.text(key);
                for (ProcessorFamily family : values()) {
                    if (type.matches(family.prefix + "(ImageProcessor|ImageProcessorFast|FeatureExtractor)")) {
                        return family;
                    }
                }
                throw config.problem(key, "the image processor of ViT, DeiT or CLIP", type);
            }
        }
        return VIT;
    }

    /** Whether the middle is cut out when nothing is said. */
    boolean centerCrop() {
        return centerCrop;
    }

    /** Whether a size given as one number means both sides; otherwise it means the shortest edge. */
    boolean squareSize() {
        return squareSize;
    }
}
