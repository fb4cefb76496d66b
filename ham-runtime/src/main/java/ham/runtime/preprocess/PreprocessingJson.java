package ham.runtime.preprocess;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.runtime.ModelException;
import ham.runtime.image.Resample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * The JSON of a {@link Preprocessing}: keys and meanings of Hugging Face's {@code preprocessor_config.json}. A step that is
 * not known here is refused by name rather than left out. An image always becomes RGB, whatever {@code do_convert_rgb} says.
 */
final class PreprocessingJson {
    static final double DEFAULT_RESCALE_FACTOR = 1.0 / 255;

    private PreprocessingJson() {}

    static Preprocessing read(Path file) {
        try {
            return read(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new ModelException(file + ": expected a JSON text, but it cannot be read (" + e + ").", e);
        }
    }

    static Preprocessing read(String json, String name) {
        ConfigReader config = ConfigReader.parse(json, name);
        ProcessorFamily family = ProcessorFamily.of(config);
        config.refuseOtherSteps(List.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb"));
        boolean resizes = config.flag("do_resize", true);
        boolean crops = config.flag("do_center_crop", family.centerCrop());
        Resizing size = config.size("size", family.squareSize());
        if (!(size instanceof Resizing.Exact) && !crops) {
            throw config.problem("size", "height and width, or a centre crop afterwards", "a shortest_edge alone");
        }
        Resizing output = crops ? config.size("crop_size", true) : size;
        if (!(output instanceof Resizing.Exact exact)) {
            throw config.problem("crop_size", "height and width", "a shortest_edge");
        }
        boolean normalizes = config.flag("do_normalize", true);
        return new Preprocessing(
                resizes ? size : new Resizing.None(),
                resizes ? config.resample("resample") : Resample.BILINEAR,
                crops ? config.crop("crop_rounding") : Crop.NONE,
                exact.height(),
                exact.width(),
                config.flag("do_rescale", true) ? config.number("rescale_factor", DEFAULT_RESCALE_FACTOR) : 1,
                normalizes ? config.channels("image_mean", false) : Collections.nCopies(3, 0.0),
                normalizes ? config.channels("image_std", true) : Collections.nCopies(3, 1.0));
    }

    static String write(Preprocessing preprocessing) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("do_resize", !(preprocessing.resizing() instanceof Resizing.None));
        if (preprocessing.resizing() instanceof Resizing.ShortestEdge edge) {
            json.putObject("size").put("shortest_edge", edge.pixels());
        } else if (preprocessing.resizing() instanceof Resizing.Exact exact) {
            putSize(json, "size", exact.height(), exact.width());
        } else {
            putSize(json, "size", preprocessing.height(), preprocessing.width());
        }
        json.put("resample", preprocessing.resample().number());
        json.put("do_center_crop", preprocessing.crop() != Crop.NONE);
        if (preprocessing.crop() == Crop.CENTER_HALF_EVEN) {
            json.put("crop_rounding", ConfigReader.HALF_EVEN);
        }
        if (preprocessing.crop() != Crop.NONE) {
            putSize(json, "crop_size", preprocessing.height(), preprocessing.width());
        }
        json.put("do_rescale", true);
        json.put("rescale_factor", preprocessing.rescaleFactor());
        json.put("do_normalize", true);
        ArrayNode mean = json.putArray("image_mean");
        preprocessing.mean().forEach(mean::add);
        ArrayNode std = json.putArray("image_std");
        preprocessing.std().forEach(std::add);
        return json.toString();
    }

    private static void putSize(ObjectNode json, String key, int height, int width) {
        json.putObject(key).put("height", height).put("width", width);
    }
}
