package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.merge.checkpoint.Pooling;
import ham.merge.checkpoint.VitConfig;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The tokens that a model's pooling reads, and the pooling: class token, class and distillation token, or the mean of the patches. The last
 * block gives no others than the first two; a mean needs all.
 */
final class KeptTokens {
    private final Operators operators;
    private final VitConfig config;
    private final Pooling pooling;
    private final Value rows;
    private final Value sequences;
    private final Value indices;

    /** Adds the constants; {@code rows} is the shape [batch * tokens, d]. */
    KeptTokens(Operators operators, VitConfig config, Value rows) {
        this.operators = operators;
        this.config = config;
        this.rows = rows;
        pooling = config.form().pooling();
        sequences = operators.shape("shape.sequences", -1, config.tokens(), config.hidden());
        indices = switch (pooling) {
            case CLASS_TOKEN -> index("class_token.index", 0);
            case CLASS_AND_DISTILLATION_TOKEN -> operators.shape("class_tokens.indices", 0, 1);
            case PATCH_MEAN ->
                operators.shape(
                        "patches.indices",
                        LongStream.range(config.form().prefixTokens(), config.tokens())
                                .toArray());
        };
    }

    private Value index(String name, long token) {
        return operators.graph().initializer(name, List.of(), new long[] {token});
    }

    /** How many tokens of an image the last block gives. */
    int count() {
        return switch (pooling) {
            case CLASS_TOKEN -> 1;
            case CLASS_AND_DISTILLATION_TOKEN -> 2;
            case PATCH_MEAN -> config.tokens();
        };
    }

    /** What the last block asks for: [batch * tokens, d] to [batch * count, d]. */
    Value select(String name, Value x) {
        return switch (pooling) {
            case CLASS_TOKEN -> gather(name, x);
            case CLASS_AND_DISTILLATION_TOKEN -> operators.reshape(name + ".rows", gather(name, x), rows);
            case PATCH_MEAN -> x;
        };
    }

    private Value gather(String name, Value x) {
        return operators.gather(name, operators.reshape(name + ".sequences", x, sequences), indices, 1);
    }

    /** The tokens as one: [batch * count, d] to [batch, d]. */
    Value mean(Value tokens) {
        return switch (pooling) {
            case CLASS_TOKEN -> tokens;
            case CLASS_AND_DISTILLATION_TOKEN -> operators.reduceMean("features.mean", pairs(tokens), 1);
            case PATCH_MEAN -> operators.reduceMean("features.mean", gather("features.patches", tokens), 1);
        };
    }

    /** Class and distillation token, each [batch, d]. */
    List<Value> separate(Value tokens) {
        Value pairs = pairs(tokens);
        return List.of(
                operators.gather("features.class", pairs, index("class_token.index", 0), 1),
                operators.gather("features.distillation", pairs, index("distillation_token.index", 1), 1));
    }

    private Value pairs(Value tokens) {
        return operators.reshape(
                "features.pairs", tokens, operators.shape("shape.pairs", -1, count(), config.hidden()));
    }
}
