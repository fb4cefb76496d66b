package ham.merge.checkpoint;

import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.timm.TimmModel;
import java.nio.file.Path;
import java.util.List;

/**
 * Shape of a Vision Transformer (pre-norm blocks, learned positions, exact GELU), from a {@code config.json}.
 *
 * @param hidden width d
 * @param layers number of blocks
 * @param heads attention heads a block; divides {@code hidden}
 * @param mlp values that the first layer of a block's MLP gives
 * @param imageSize side of the square input image in pixels
 * @param patch side of a patch in pixels; divides {@code imageSize}
 * @param channels colour channels, always 3
 * @param layerNormEps epsilon of every LayerNorm
 * @param qkvBias whether query, key and value have a bias
 * @param form which member of the family it is
 * @param labels class names in logit order; empty where the configuration names none
 */
public record VitConfig(
        int hidden,
        int layers,
        int heads,
        int mlp,
        int imageSize,
        int patch,
        int channels,
        double layerNormEps,
        boolean qkvBias,
        VitForm form,
        List<String> labels) {
    public VitConfig {
        labels = List.copyOf(labels);
    }

    /** The same shape with other class names. */
    VitConfig withLabels(List<String> names) {
        return new VitConfig(
                hidden, layers, heads, mlp, imageSize, patch, channels, layerNormEps, qkvBias, form, names);
    }

    /** The same shape in another form. */
    VitConfig withForm(VitForm other) {
        return new VitConfig(
                hidden, layers, heads, mlp, imageSize, patch, channels, layerNormEps, qkvBias, other, labels);
    }

    /** Number of patches of an image. */
    public int patches() {
        int side = imageSize / patch;
        return side * side;
    }

    /** Sequence length: the tokens before the patches and the patches. */
    public int tokens() {
        return form.prefixTokens() + patches();
    }

    /** Values that the second layer of a block's MLP takes: half of {@link #mlp} where the first is packed. */
    int mlpInner() {
        return form.mlp().packed() ? mlp / 2 : mlp;
    }

    /** Width of one attention head. */
    public int headSize() {
        return hidden / heads;
    }

    /**
     * Reads {@code config.json} of a Hugging Face or a timm model; values that it leaves out have the defaults of that library.
     *
     * @throws ham.merge.InputException when it is none of the ViTs that ham computes exactly, with the first value that says so
     */
    public static VitConfig read(Path file) {
        return of(EncoderConfig.open(file));
    }

    static VitConfig of(EncoderConfig reader) {
        VitConfig config = TimmModel.isTimm(reader) ? TimmConfig.read(reader) : HuggingFaceConfig.read(reader);
        reader.require(
                config.layerNormEps > 0 && config.layerNormEps < 1,
                "layer_norm_eps between 0 and 1",
                String.valueOf(config.layerNormEps));
        return config;
    }
}
