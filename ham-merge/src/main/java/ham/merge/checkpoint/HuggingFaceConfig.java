package ham.merge.checkpoint;

import ham.merge.encoder.EncoderConfig;
import ham.merge.encoder.EncoderFamily;

/** The configuration of transformers' {@code ViTConfig} and {@code DeiTConfig}, which have the same keys and defaults. */
final class HuggingFaceConfig {
    static final String DEIT = "deit";
    /** The encoder of a masked autoencoder (arXiv 2111.06377) is a plain ViT; its decoder is never read. */
    private static final String MAE = "vit_mae";

    private HuggingFaceConfig() {}

    static VitConfig read(EncoderConfig reader) {
        boolean deit = DEIT.equals(reader.json().path("model_type").textValue());
        String family = deit ? "a DeiT" : "a plain ViT";
        String type = reader.text("model_type", "");
        reader.require(
                deit || type.equals("vit") || type.equals(MAE),
                "model_type 'vit' (a plain ViT), 'deit', 'vit_mae' or one of "
                        + EncoderFamilies.ALL.stream().map(EncoderFamily::name).toList(),
                type.isEmpty() ? "no model_type" : "'" + type + "'");
        reader.requireText("hidden_act", "gelu", "gelu", family);
        VitConfig config = new VitConfig(
                reader.positive("hidden_size", 768),
                reader.positive("num_hidden_layers", 12),
                reader.positive("num_attention_heads", 12),
                reader.positive("intermediate_size", 3072),
                reader.side("image_size", 224),
                reader.side("patch_size", 16),
                reader.positive("num_channels", 3),
                reader.number("layer_norm_eps", 1e-12),
                reader.truth("qkv_bias", true),
                deit ? VitForm.distilled(Pooling.CLASS_TOKEN) : VitForm.PLAIN,
                reader.labels("id2label"));
        reader.require(config.channels() == 3, "num_channels 3", "num_channels " + config.channels());
        reader.require(
                config.hidden() % config.heads() == 0,
                "hidden_size to be a multiple of num_attention_heads",
                config.hidden() + " and " + config.heads());
        reader.require(
                config.imageSize() % config.patch() == 0,
                "image_size to be a multiple of patch_size",
                config.imageSize() + " and " + config.patch());
        return config;
    }
}
