package ham.runtime.preprocess;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.runtime.image.Resample;
import ham.runtime.json.TextFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/**
 * The JSON of a {@link Preprocessing}: keys and meanings of Hugging Face's {@code preprocessor_config.json}. A step that is
 * not known here is refused by name rather than left out. An image always becomes RGB, whatever {@code do_convert_rgb} says.
 */
final class PreprocessingJson {
    static final double DEFAULT_RESCALE_FACTOR = 1.0 / 255;

    /** Whether images are turned as EXIF says; where the key is absent, they are unless the crop is that of torchvision or timm. */
    private static final String TURN = "exif_transpose";

    /** The shortest edge from which ConvNeXt squeezes the whole image into a square. */
    private static final int CONV_NEXT_WARPS = 384;

    private PreprocessingJson() {}

    static Preprocessing read(Path file) {
        return read(TextFile.read(file, "a JSON text"), file.toString());
    }

    static Preprocessing read(String json, String name) {
        ConfigReader file = ConfigReader.parse(json, name);
        // transformers 5 puts the image processor into the file of a processor that has more parts
        ConfigReader config = file.has("image_processor") ? file.object("image_processor") : file;
        ProcessorFamily family = ProcessorFamily.of(config);
        config.refuseOtherSteps(List.of(
                "do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb", "do_reduce_labels"));
        boolean resizes = config.flag("do_resize", true);
        boolean crops = config.flag("do_center_crop", family.centerCrop());
        boolean square = config.flag("default_to_square", family.squareSize());
        if (square && config.has("max_size") && config.isNumber("size")) {
            throw config.problem("max_size", "absent where size is one number for both sides", "a number");
        }
        Resizing size = config.size("size", square, family.size());
        Resizing output = crops
                ? config.size("crop_size", true, new Resizing.Exact(ProcessorFamily.CROP, ProcessorFamily.CROP))
                : size;
        if (family.is(ProcessorFamily.CONV_NEXT) && size instanceof Resizing.ShortestEdge edge) {
            output = new Resizing.Exact(edge.pixels(), edge.pixels());
            crops = resizes && edge.pixels() < CONV_NEXT_WARPS;
            size = crops
                    ? new Resizing.ShortestEdge((int) (edge.pixels() / config.number("crop_pct", 224 / 256.0)))
                    : output;
        } else if (family.is(ProcessorFamily.LEVIT) && size instanceof Resizing.ShortestEdge edge) {
            size = new Resizing.ShortestEdge((int) (256 / 224.0 * edge.pixels()));
        }
        if (!(size instanceof Resizing.Exact) && !crops) {
            throw config.problem("size", "height and width, or a centre crop afterwards", "a shortest_edge alone");
        }
        if (!(output instanceof Resizing.Exact exact)) {
            throw config.problem("crop_size", "height and width", "a shortest_edge");
        }
        boolean normalizes = config.flag("do_normalize", true);
        Crop crop = crops ? config.crop("crop_rounding") : Crop.NONE;
        return new Preprocessing(
                resizes ? size : new Resizing.None(),
                resizes ? config.resample("resample", family.resample()) : Resample.BILINEAR,
                crop,
                exact.height(),
                exact.width(),
                config.flag("do_rescale", true) ? config.number("rescale_factor", DEFAULT_RESCALE_FACTOR) : 1,
                normalizes
                        ? config.channels("image_mean", false, family.colors().mean())
                        : Collections.nCopies(3, 0.0),
                normalizes ? config.channels("image_std", true, family.colors().std()) : Collections.nCopies(3, 1.0),
                config.flag(TURN, turnsByDefault(crop)));
    }

    static String write(Preprocessing preprocessing) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("do_resize", !(preprocessing.resizing() instanceof Resizing.None));
        if (preprocessing.resizing() instanceof Resizing.ShortestEdge edge) {
            json.putObject("size").put("shortest_edge", edge.pixels());
        } else if (preprocessing.resizing() instanceof Resizing.EdgeRange edges) {
            json.putObject("size").put("shortest_edge", edges.shortest()).put("longest_edge", edges.longest());
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
        if (preprocessing.turns() != turnsByDefault(preprocessing.crop())) {
            json.put(TURN, preprocessing.turns());
        }
        return json.toString();
    }

    static boolean turnsByDefault(Crop crop) {
        return crop != Crop.CENTER_HALF_EVEN;
    }

    private static void putSize(ObjectNode json, String key, int height, int width) {
        json.putObject(key).put("height", height).put("width", width);
    }
}
