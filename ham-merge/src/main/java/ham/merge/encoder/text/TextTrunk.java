package ham.merge.encoder.text;

import ham.merge.encoder.Activation;
import ham.merge.encoder.EncoderConfig;

/**
 * The sizes that text encoders share.
 *
 * @param hidden width d of a token
 * @param layers number of blocks
 * @param heads attention heads of a block; divides {@code hidden}
 * @param mlp width of the hidden layer of a block's MLP
 * @param vocabulary number of tokens that there are
 * @param positions rows of the table of positions
 * @param types rows of the table of token types
 * @param padding number of the padding token
 * @param epsilon of every LayerNorm
 * @param activation of the MLP
 */
public record TextTrunk(
        int hidden,
        int layers,
        int heads,
        int mlp,
        int vocabulary,
        int positions,
        int types,
        int padding,
        double epsilon,
        Activation activation) {

    /** Reads the keys that BERT's configuration and its descendants' have. */
    public static TextTrunk read(EncoderConfig config, int padding) {
        TextTrunk trunk = new TextTrunk(
                config.positive("hidden_size", 768),
                config.positive("num_hidden_layers", 12),
                config.positive("num_attention_heads", 12),
                config.positive("intermediate_size", 3072),
                config.positive("vocab_size", 30522),
                config.positive("max_position_embeddings", 512),
                config.positive("type_vocab_size", 2),
                config.count("pad_token_id", padding),
                config.number("layer_norm_eps", 1e-12),
                Activation.read(config, "hidden_act", "gelu"));
        config.require(!config.truth("is_decoder", false), "an encoder (is_decoder false)", "is_decoder true");
        config.require(
                !config.truth("add_cross_attention", false), "add_cross_attention false", "add_cross_attention true");
        String positions = config.text("position_embedding_type", "absolute");
        config.require(positions.equals("absolute"), "position_embedding_type 'absolute'", "'" + positions + "'");
        trunk.check(config);
        return trunk;
    }

    /** Refuses sizes that do not fit each other. */
    public void check(EncoderConfig config) {
        config.require(hidden % heads == 0, "a width that is a multiple of the heads", hidden + " and " + heads);
        config.require(epsilon > 0 && epsilon < 1, "layer_norm_eps between 0 and 1", String.valueOf(epsilon));
    }

    /** What attention scores are multiplied by. */
    public double scale() {
        return 1 / Math.sqrt((double) hidden / heads);
    }
}
