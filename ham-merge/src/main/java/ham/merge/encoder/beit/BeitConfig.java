package ham.merge.encoder.beit;

import static ham.merge.encoder.timm.TimmArchitecture.architecture;

import ham.merge.InputException;
import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderSource;
import ham.merge.encoder.ImageTrunk;
import ham.merge.encoder.timm.TimmArchitecture;
import ham.merge.encoder.timm.TimmClass;
import ham.merge.encoder.timm.TimmModel;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What sets one BEiT apart from another.
 *
 * @param trunk its sizes
 * @param mlp width of the hidden layer of a block's MLP
 * @param activation of the MLP
 * @param bias whether query and value have a bias; keys have none
 * @param positions whether there are learnt positions of all tokens
 * @param relative whether every block has numbers of its own for every two places
 * @param shared whether all blocks share such numbers
 * @param scaled whether the output of attention and MLP is multiplied by a vector
 * @param mean whether the classifier reads the norm of the mean of all patches; otherwise the class token after the norm
 * @param labels class names
 */
record BeitConfig(
        ImageTrunk trunk,
        int mlp,
        Activation activation,
        boolean bias,
        boolean positions,
        boolean relative,
        boolean shared,
        boolean scaled,
        boolean mean,
        List<String> labels) {
    /** Source: timm's {@code beit.py}. */
    static final TimmClass TIMM = new TimmClass(
            "a BEiT",
            Set.of("Beit"),
            List.of(
                    windowed(architecture("beit_base_patch16_224", 768, 12, 12)).with("init_values", 0.1),
                    windowed(architecture("beit_base_patch16_384", 768, 12, 12))
                            .with("init_values", 0.1)
                            .with("img_size", 384),
                    windowed(architecture("beit_large_patch16_224", 1024, 24, 16)),
                    windowed(architecture("beit_large_patch16_384", 1024, 24, 16))
                            .with("img_size", 384),
                    windowed(architecture("beit_large_patch16_512", 1024, 24, 16))
                            .with("img_size", 512),
                    windowed(architecture("beitv2_base_patch16_224", 768, 12, 12)),
                    windowed(architecture("beitv2_large_patch16_224", 1024, 24, 16))),
            Set.of(
                    "qkv_bias",
                    "mlp_ratio",
                    "init_values",
                    "use_abs_pos_emb",
                    "use_rel_pos_bias",
                    "use_shared_rel_pos_bias"),
            Map.of("swiglu_mlp", "false", "scale_mlp", "false"));

    private static TimmArchitecture windowed(TimmArchitecture of) {
        return of.with("use_abs_pos_emb", false).with("use_rel_pos_bias", true).with("init_values", 1e-5);
    }

    static BeitConfig read(EncoderSource source) {
        return TIMM.describes(source.config())
                ? timm(source, TimmModel.read(source.config(), TIMM))
                : transformers(source);
    }

    private static BeitConfig transformers(EncoderSource source) {
        EncoderConfig config = source.config();
        return new BeitConfig(
                ImageTrunk.read(source, config, 224, 16, 1e-12),
                config.positive("intermediate_size", 3072),
                Activation.read(config, "hidden_act", "gelu"),
                true,
                config.truth("use_absolute_position_embeddings", false),
                config.truth("use_relative_position_bias", false),
                config.truth("use_shared_relative_position_bias", false),
                config.number("layer_scale_init_value", 0.1) > 0,
                config.truth("use_mean_pooling", true),
                config.labels("id2label"));
    }

    private static BeitConfig timm(EncoderSource source, TimmModel model) {
        EncoderConfig arguments = model.arguments();
        ImageTrunk trunk = model.trunk(source.side().orElse(model.imageSize()), 1e-6);
        boolean mean = model.poolsMean();
        if (trunk.side() != trunk.nativeSide()) {
            throw InputException.parameter(
                    "image-size",
                    "expected " + trunk.nativeSide() + ", the size that the relative positions of "
                            + source.config().file()
                            + " are for (timm's own way to bring them to another is not computed), found "
                            + trunk.side());
        }
        return new BeitConfig(
                trunk,
                (int) (trunk.hidden() * arguments.number("mlp_ratio", 4)),
                Activation.GELU,
                arguments.truth("qkv_bias", true),
                arguments.truth("use_abs_pos_emb", true),
                arguments.truth("use_rel_pos_bias", false),
                arguments.truth("use_shared_rel_pos_bias", false),
                arguments.number("init_values", 0) != 0,
                mean,
                model.labels());
    }
}
