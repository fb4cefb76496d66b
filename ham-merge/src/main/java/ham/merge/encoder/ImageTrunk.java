package ham.merge.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The sizes that image encoders share.
 *
 * @param hidden width d of a token
 * @param layers number of blocks
 * @param heads attention heads of a block; divides {@code hidden}
 * @param nativeSide side in pixels of the images that its positions were learnt for
 * @param side side in pixels of the images that go in
 * @param patch side of a patch in pixels; divides both sides
 * @param channels colour channels
 * @param epsilon of every LayerNorm
 */
public record ImageTrunk(
        int hidden, int layers, int heads, int nativeSide, int side, int patch, int channels, double epsilon) {

    /** Reads the keys that transformers' configurations of image encoders share, with a family's own defaults. */
    public static ImageTrunk read(EncoderSource source, EncoderConfig config, int side, int patch, double epsilon) {
        ImageTrunk trunk = new ImageTrunk(
                config.positive("hidden_size", 768),
                config.positive("num_hidden_layers", 12),
                config.positive("num_attention_heads", 12),
                config.side("image_size", side),
                source.side().orElseGet(() -> preprocessed(source.folder(), config.side("image_size", side))),
                config.side("patch_size", patch),
                config.positive("num_channels", 3),
                config.number("layer_norm_eps", epsilon));
        trunk.check(config);
        return trunk;
    }

    private void check(EncoderConfig config) {
        config.require(channels == 3, "num_channels 3", "num_channels " + channels);
        config.require(
                hidden % heads == 0, "hidden_size to be a multiple of num_attention_heads", hidden + " and " + heads);
        config.require(
                nativeSide % patch == 0, "image_size to be a multiple of patch_size", nativeSide + " and " + patch);
        config.require(epsilon > 0 && epsilon < 1, "layer_norm_eps between 0 and 1", String.valueOf(epsilon));
        requireSide(config.file());
    }

    /**
     * Refuses images that cannot be cut into patches.
     *
     * @param file the configuration, for the message
     */
    public void requireSide(Path file) {
        if (side < patch || side % patch != 0) {
            throw InputException.parameter(
                    "image-size",
                    "expected a multiple of the " + patch + " pixels of a patch of " + file + ", found " + side);
        }
    }

    /** The side of the images that the checkpoint's own preprocessing gives, where it has one and they are square. */
    private static int preprocessed(Path folder, int whenAbsent) {
        Path file = folder.resolve("preprocessor_config.json");
        if (!Files.isRegularFile(file)) {
            return whenAbsent;
        }
        JsonNode json = JsonFiles.read(file, "the preprocessing of an image model");
        boolean cropped = json.path("do_center_crop").asBoolean(json.has("crop_size")) && json.has("crop_size");
        JsonNode size = json.path(cropped ? "crop_size" : "size");
        if (size.isInt()) {
            return size.intValue();
        }
        JsonNode height = size.path("height");
        return height.isInt() && height.equals(size.path("width")) ? height.intValue() : whenAbsent;
    }

    /** Patches along one side of the images that go in. */
    public int grid() {
        return side / patch;
    }

    /** Patches of an image that goes in. */
    public int patches() {
        return grid() * grid();
    }

    /** Patches of an image that its positions were learnt for. */
    public int nativePatches() {
        return (nativeSide / patch) * (nativeSide / patch);
    }

    /** What attention scores are multiplied by. */
    public double scale() {
        return 1 / Math.sqrt((double) hidden / heads);
    }
}
