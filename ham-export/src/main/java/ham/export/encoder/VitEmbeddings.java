package ham.export.encoder;

import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitForm;
import ham.merge.checkpoint.VitNames;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes how an image becomes a sequence: class, distillation and register tokens as far as the model has them, then the patches; positions
 * on all tokens or on the patches only.
 */
final class VitEmbeddings {
    private final Operators operators;
    private final VitConfig config;
    private final VitNames names;
    private final GraphWeights weights;

    VitEmbeddings(Operators operators, VitConfig config, VitNames names, GraphWeights weights) {
        this.operators = operators;
        this.config = config;
        this.names = names;
        this.weights = weights;
    }

    /** [batch, channels, side, side] to [batch, tokens, d]. */
    Value of(Value pixels) {
        Value patches = patches(pixels);
        boolean prefixHasPositions = config.form().prefixHasPositions();
        Value sequence = prefixHasPositions ? patches : placed("patches.placed", patches);
        Value tokens = config.form().prefixTokens() == 0
                ? sequence
                : operators.concatenate("tokens", 1, prefix(pixels), sequence);
        return prefixHasPositions ? placed("embeddings", tokens) : tokens;
    }

    private Value patches(Value pixels) {
        Value patches = operators.patches(
                "patches",
                pixels,
                weights.tensor(operators, names.patchWeight()),
                weights.tensor(operators, names.patchBias()),
                config.patch());
        Value shape = operators.shape("shape.patches", -1, config.hidden(), config.patches());
        return operators.transpose("patches.sequence", operators.reshape("patches.flat", patches, shape), 0, 2, 1);
    }

    private Value placed(String name, Value x) {
        return operators.add(name, x, weights.tensor(operators, names.positionEmbeddings()));
    }

    /** The learned tokens before the patches, once for every image: [batch, prefix, d]. */
    private Value prefix(Value pixels) {
        VitForm form = config.form();
        List<Value> learned = new ArrayList<>();
        if (form.classToken()) {
            learned.add(weights.tensor(operators, names.clsToken()));
        }
        if (form.distillationToken()) {
            learned.add(weights.tensor(operators, names.distillationToken()));
        }
        if (form.registers() > 0) {
            learned.add(weights.tensor(operators, names.registerTokens()));
        }
        Value all = learned.size() == 1
                ? learned.get(0)
                : operators.concatenate("prefix", 1, learned.toArray(Value[]::new));
        Value shape = operators.concatenate(
                "class_tokens.shape",
                0,
                operators.batchSize("batch_size", pixels),
                operators.shape("shape.class_token", form.prefixTokens(), config.hidden()));
        return operators.expand("class_tokens", all, shape);
    }
}
