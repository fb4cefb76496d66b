package ham.runtime.preprocess;

import ham.runtime.ModelException;
import ham.runtime.image.Resample;
import ham.runtime.json.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How the folder of a checkpoint says that images are prepared, and what is assumed where it says nothing. */
final class CheckpointPreprocessing {
    private static final List<String> FILES = List.of(Preprocessing.HUGGING_FACE_FILE, "processor_config.json");
    private static final String CONFIG = "config.json";

    /** What a configuration of two encoders has of the one that sees. */
    private static final String IMAGE_ENCODER = "vision_config";

    private CheckpointPreprocessing() {}

    /** Empty where no file says it. */
    static Optional<Preprocessing> read(Path checkpoint, int imageSize) {
        for (String name : FILES) {
            Path file = checkpoint.resolve(name);
            if (Files.exists(file) && !isTimms(file)) {
                Preprocessing found = PreprocessingJson.read(file);
                if (found.height() != imageSize || found.width() != imageSize) {
                    throw new ModelException(file + ": expected a size of " + imageSize + "x" + imageSize
                            + " as the model takes it, found " + found.height() + "x" + found.width() + ".");
                }
                return Optional.of(found);
            }
        }
        return TimmPreprocessing.read(checkpoint.resolve(CONFIG), imageSize);
    }

    /** A file that leaves everything to timm's part of config.json. */
    private static boolean isTimms(Path file) {
        ConfigReader config = ConfigReader.parse(TextFile.read(file, "a JSON text"), file.toString());
        return config.has("image_processor_type")
                && config.text("image_processor_type").startsWith("TimmWrapper");
    }

    static Preprocessing assumed(Path checkpoint, int imageSize) {
        if (!kind(checkpoint).equals("deit")) {
            return Preprocessing.vitDefault(imageSize);
        }
        int edge = (int) (imageSize * 256.0 / 224);
        return new Preprocessing(
                new Resizing.Exact(edge, edge),
                Resample.BICUBIC,
                Crop.CENTER,
                imageSize,
                imageSize,
                PreprocessingJson.DEFAULT_RESCALE_FACTOR,
                ProcessorFamily.Colors.HALF.mean(),
                ProcessorFamily.Colors.HALF.std());
    }

    static Optional<String> warning(Path checkpoint) {
        if (takesTexts(checkpoint)) {
            return Optional.empty();
        }
        boolean told = TimmPreprocessing.isTimms(checkpoint.resolve(CONFIG))
                || FILES.stream().anyMatch(name -> Files.exists(checkpoint.resolve(name)));
        if (told) {
            return Optional.empty();
        }
        int side = config(checkpoint)
                .map(each -> each.has(IMAGE_ENCODER) ? each.object(IMAGE_ENCODER) : each)
                .flatMap(each -> each.side("image_size"))
                .orElse(ProcessorFamily.CROP);
        Preprocessing assumed = assumed(checkpoint, side);
        boolean crops = assumed.crop() != Crop.NONE;
        int edge = assumed.resizing() instanceof Resizing.Exact exact ? exact.height() : side;
        return Optional.of(checkpoint + ": no " + Preprocessing.HUGGING_FACE_FILE
                + "; assumed that images are resized to " + edge + "x" + edge + " ("
                + assumed.resample().name().toLowerCase(Locale.ROOT) + "), "
                + (crops ? "cropped to " + side + "x" + side + ", " : "")
                + "and normalised with mean 0.5 and deviation 0.5, as transformers does by default; if the model was"
                + " trained otherwise its answers will be wrong: put the file of its training run there");
    }

    /** Encoders of images may have a vocabulary too, of patches. */
    private static boolean takesTexts(Path checkpoint) {
        return config(checkpoint)
                .filter(each -> each.has("vocab_size") && !each.has("image_size"))
                .isPresent();
    }

    private static String kind(Path checkpoint) {
        return config(checkpoint)
                .filter(each -> each.has("model_type"))
                .map(each -> each.text("model_type"))
                .orElse("");
    }

    private static Optional<ConfigReader> config(Path checkpoint) {
        Path file = checkpoint.resolve(CONFIG);
        return Files.exists(file)
                ? Optional.of(ConfigReader.parse(TextFile.read(file, "a JSON text"), file.toString()))
                : Optional.empty();
    }
}
