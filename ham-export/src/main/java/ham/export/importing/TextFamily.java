package ham.export.importing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * What a family of text encoders calls its weights and the keys of its configuration.
 *
 * @param modelType of {@code config.json}
 * @param architecture first part of its classes' names
 * @param prefix before all names of the encoder, empty in a bare one
 * @param layer where its blocks are, without prefix
 * @param fc1Name first layer of a block's MLP
 * @param padding number of its usual padding token
 */
record TextFamily(String modelType, String architecture, String prefix, String layer, String fc1Name, int padding) {
    private static final String BERT_QUERY = "encoder.layer.0.attention.self.query.weight";
    private static final String BERT_FC1 = "intermediate.dense";

    /**
     * The family whose first block's query is among the names.
     *
     * @param counts whether the graph counts tokens for their positions, as RoBERTa does and BERT does not
     */
    static Optional<TextFamily> of(Set<String> names, boolean counts) {
        for (String name : names) {
            if (name.endsWith(BERT_QUERY)) {
                String prefix = name.substring(0, name.length() - BERT_QUERY.length());
                return Optional.of(
                        counts
                                ? new TextFamily("roberta", "Roberta", prefix, "encoder.layer", BERT_FC1, 1)
                                : new TextFamily("bert", "Bert", prefix, "encoder.layer", BERT_FC1, 0));
            }
            if (name.endsWith("transformer.layer.0.attention.q_lin.weight")) {
                String prefix = name.substring(0, name.indexOf("transformer.layer.0"));
                return Optional.of(
                        new TextFamily("distilbert", "DistilBert", prefix, "transformer.layer", "ffn.lin1", 0));
            }
            if (name.endsWith("encoder.layer.0.attention.attn.q.weight")) {
                String prefix = name.substring(0, name.indexOf("encoder.layer.0"));
                return Optional.of(new TextFamily("mpnet", "MPNet", prefix, "encoder.layer", BERT_FC1, 1));
            }
        }
        return Optional.empty();
    }

    /** What stands before the names that the family's own libraries write. */
    String wrapper() {
        return prefix.replaceFirst("(?<![^.])(bert|roberta|distilbert|mpnet)\\.$", "");
    }

    private boolean distilled() {
        return modelType.equals("distilbert");
    }

    String words() {
        return prefix + "embeddings.word_embeddings.weight";
    }

    String positions() {
        return prefix + "embeddings.position_embeddings.weight";
    }

    /** The table of token types, where there is one. */
    Optional<String> types() {
        return distilled() || modelType.equals("mpnet")
                ? Optional.empty()
                : Optional.of(prefix + "embeddings.token_type_embeddings.weight");
    }

    String fc1(int block) {
        return prefix + layer + "." + block + "." + fc1Name + ".weight";
    }

    String hiddenKey() {
        return distilled() ? "dim" : "hidden_size";
    }

    String layersKey() {
        return distilled() ? "n_layers" : "num_hidden_layers";
    }

    String headsKey() {
        return distilled() ? "n_heads" : "num_attention_heads";
    }

    String mlpKey() {
        return distilled() ? "hidden_dim" : "intermediate_size";
    }

    String activationKey() {
        return distilled() ? "activation" : "hidden_act";
    }

    /** Keys of this family alone. */
    Map<String, Integer> more(SortedMap<String, GraphWeight> weights) {
        Map<String, Integer> keys = new LinkedHashMap<>();
        GraphWeight bias = weights.get(prefix + "encoder.relative_attention_bias.weight");
        if (bias != null) {
            keys.put(
                    "relative_attention_num_buckets",
                    Math.toIntExact(bias.tensor().dims().get(0)));
        }
        return keys;
    }

    /** Weight of the last layer of its classifier, where it has one. */
    Optional<String> classifier(Set<String> names) {
        return Set.of("classifier.weight", "classifier.out_proj.weight").stream()
                .filter(names::contains)
                .findFirst();
    }
}
