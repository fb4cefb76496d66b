package ham.runtime.preprocess;

import ham.runtime.image.Resample;
import ham.runtime.json.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How timm prepares an image for evaluation, from the {@code pretrained_cfg} in {@code config.json}: resize so that a crop of the model's
 * size is {@code crop_pct} of the image, crop the middle, normalise. What is left out has timm's default.
 *
 * <p>Source: timm's {@code data/config.py} and {@code data/transforms_factory.py}.
 */
final class TimmPreprocessing {
    private static final double DEFAULT_CROP = 0.875;

    private TimmPreprocessing() {}

    /** Empty when the file is absent or not timm's. Images are turned as EXIF says only where transformers wraps the model, as it does. */
    static Optional<Preprocessing> read(Path file, int imageSize) {
        if (!isTimms(file)) {
            return Optional.empty();
        }
        ConfigReader config = parse(file);
        return Optional.of(read(
                config.has("pretrained_cfg") ? config.object("pretrained_cfg") : config, imageSize, isWrapped(config)));
    }

    /** Whether the file is there and timm's, or that of a model of timm in transformers. */
    static boolean isTimms(Path file) {
        if (!Files.exists(file)) {
            return false;
        }
        ConfigReader config = parse(file);
        boolean own = config.has("architecture")
                || (config.has("library") && config.text("library").equals("timm"));
        return config.has("model_type") ? isWrapped(config) : own;
    }

    private static boolean isWrapped(ConfigReader config) {
        return config.has("model_type") && config.text("model_type").equals("timm_wrapper");
    }

    private static ConfigReader parse(Path file) {
        return ConfigReader.parse(TextFile.read(file, "a JSON text"), file.toString());
    }

    private static Preprocessing read(ConfigReader config, int imageSize, boolean turns) {
        double part = config.number("crop_pct", DEFAULT_CROP);
        if (!(part > 0.01 && part <= 1)) {
            throw config.problem("crop_pct", "a part of the image above 0.01 and up to 1", String.valueOf(part));
        }
        int side = (int) Math.floor(imageSize / part);
        return new Preprocessing(
                resizing(config, side),
                resample(config),
                Crop.CENTER_HALF_EVEN,
                imageSize,
                imageSize,
                PreprocessingJson.DEFAULT_RESCALE_FACTOR,
                config.channels("mean", false, ProcessorFamily.Colors.IMAGENET.mean()),
                config.channels("std", true, ProcessorFamily.Colors.IMAGENET.std()),
                turns);
    }

    private static Resizing resizing(ConfigReader config, int side) {
        String mode = config.has("crop_mode") ? config.text("crop_mode") : "center";
        return switch (mode) {
            case "center" -> new Resizing.ShortestEdge(side);
            case "squash" -> new Resizing.Exact(side, side);
            default -> throw config.problem("crop_mode", "center or squash", mode);
        };
    }

    private static Resample resample(ConfigReader config) {
        String name = config.has("interpolation") ? config.text("interpolation") : "bicubic";
        return Stream.of(Resample.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> config.problem("interpolation", "a filter of Pillow by its name", name));
    }
}
