package ham.runtime.preprocess;

import ham.runtime.ModelException;
import ham.runtime.image.Resample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
    static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

    private TimmPreprocessing() {}

    /** Empty when the file is absent or not timm's. */
    static Optional<Preprocessing> read(Path file, int imageSize) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            ConfigReader config = ConfigReader.parse(Files.readString(file), file.toString());
            boolean timm = config.has("architecture")
                    || (config.has("library") && config.text("library").equals("timm"));
            return timm && !config.has("model_type")
                    ? Optional.of(
                            read(config.has("pretrained_cfg") ? config.object("pretrained_cfg") : config, imageSize))
                    : Optional.empty();
        } catch (IOException e) {
            throw new ModelException(file + ": expected a JSON text, but it cannot be read (" + e + ").", e);
        }
    }

    private static Preprocessing read(ConfigReader config, int imageSize) {
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
                config.has("mean") ? config.channels("mean", false) : IMAGENET_MEAN,
                config.has("std") ? config.channels("std", true) : IMAGENET_STD);
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
