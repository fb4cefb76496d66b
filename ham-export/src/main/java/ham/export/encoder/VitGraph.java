package ham.export.encoder;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.merge.checkpoint.Pooling;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitNames;
import java.util.List;

/**
 * Writes the feature extractor of a ViT: from pixels to what a classifier reads.
 *
 * <p>Input {@code pixel_values} float32 [batch, channels, side, side], result [batch, d]. Between the embeddings and the result
 * every value is a matrix [batch * tokens, d]: a linear layer then is one {@code Gemm} that takes the checkpoint's weight as it
 * is stored, [out, in], and fuses the bias. Evaluation mode: no dropout.
 */
public final class VitGraph {

    /** Name of the graph's input. */
    public static final String INPUT = "pixel_values";

    /** Name of the graph's output. */
    public static final String OUTPUT = "logits";

    /** Name of the dimension that counts images. */
    public static final String BATCH = "batch";

    private final VitConfig config;
    private final VitNames names;
    private final GraphWeights weights;
    private final Operators operators;
    private final Value rows;
    private final Value heads;
    private final KeptTokens kept;
    private final Value keptHeads;
    private final Value attentionScale;
    private final Value half;
    private final Value one;
    private final Value rootTwo;

    /** A graph in an empty builder; the shared constants are added at once. */
    public VitGraph(GraphBuilder graph, VitConfig config, VitNames names, GraphWeights weights) {
        this.config = config;
        this.names = names;
        this.weights = weights;
        this.operators = new Operators(graph);
        rows = operators.shape("shape.rows", -1, config.hidden());
        heads = operators.shape("shape.heads", -1, config.tokens(), config.heads(), config.headSize());
        kept = new KeptTokens(operators, config, rows);
        keptHeads = kept.count() == config.tokens()
                ? heads
                : operators.shape("shape.kept_heads", -1, kept.count(), config.heads(), config.headSize());
        attentionScale = operators.scalar("attention.scale", 1 / Math.sqrt(config.headSize()));
        half = operators.scalar("gelu.half", 0.5);
        one = operators.scalar("gelu.one", 1);
        rootTwo = operators.scalar("gelu.root_two", Math.sqrt(2));
    }

    /** Adds input and encoder and returns the tokens that the pooling reads, [batch * kept, d]. */
    public Value encode() {
        int side = config.imageSize();
        Value pixels = operators.graph().input(ValueInfos.floats(INPUT, BATCH, config.channels(), side, side));
        Value placed = new VitEmbeddings(operators, config, names, weights).of(pixels);
        Value x = operators.reshape("embeddings.rows", placed, rows);
        for (int block = 0; block < config.layers(); block++) {
            x = block(block, x);
        }
        return config.form().normAfterPooling() ? x : finalNorm(x);
    }

    /**
     * Pools the tokens of {@link #encode} into the feature [batch, d] that a head reads.
     *
     * <p>Of class and distillation token it is the mean.
     */
    public Value feature(Value tokens) {
        Value pooled = kept.mean(tokens);
        return config.form().normAfterPooling() ? finalNorm(pooled) : pooled;
    }

    /** What the base's own classifiers read, each [batch, d]: the feature, or class and distillation token. */
    public List<Value> classifierInputs(Value tokens) {
        return config.form().pooling() == Pooling.CLASS_AND_DISTILLATION_TOKEN
                ? kept.separate(tokens)
                : List.of(feature(tokens));
    }

    private Value finalNorm(Value x) {
        return layerNorm("features", x, names.finalNorm());
    }

    /**
     * x + attention(norm(x)), then x + mlp(norm(x)). The last block gives only the tokens that the pooling reads: nothing reads its
     * other tokens, so they are keys and values there and no more.
     */
    private Value block(int block, Value x) {
        String at = "layer." + block + ".";
        boolean last = isLast(block);
        Value before = layerNorm(at + "norm_before", x, names.normBefore(block));
        Value asking = last ? kept.select(at + "norm_before.class_tokens", before) : before;
        Value residual = last ? kept.select(at + "class_tokens", x) : x;
        Value mixed = attention(block, at, asking, before);
        Value attended = operators.add(
                at + "attention.residual",
                scaled(at + "attention.scale", mixed, names.attentionScale(block)),
                residual);
        Value after = layerNorm(at + "norm_after", attended, names.normAfter(block));
        Value expanded = linear(block, Target.FC2, gelu(at + "gelu", linear(block, Target.FC1, after)));
        return operators.add(at + "residual", scaled(at + "mlp.scale", expanded, names.mlpScale(block)), attended);
    }

    /** LayerScale, where the model has it. */
    private Value scaled(String node, Value x, String scale) {
        return config.form().layerScale() ? operators.multiply(node, x, weights.tensor(operators, scale)) : x;
    }

    private boolean isLast(int block) {
        return block == config.layers() - 1;
    }

    /** softmax(q k^T / sqrt(headSize)) v for each head, then the output projection. */
    private Value attention(int block, String at, Value asking, Value x) {
        Value askingHeads = isLast(block) ? keptHeads : heads;
        Value query = heads(linear(block, Target.QUERY, asking), at + "query", askingHeads, 0, 2, 1, 3);
        Value key = heads(linear(block, Target.KEY, x), at + "key", heads, 0, 2, 3, 1);
        Value value = heads(linear(block, Target.VALUE, x), at + "value", heads, 0, 2, 1, 3);
        Value scaled = operators.multiply(at + "query.scaled", query, attentionScale);
        Value scores = operators.matMul(at + "scores", scaled, key);
        Value mixed = operators.matMul(at + "context", operators.softmax(at + "attention", scores), value);
        Value joined = operators.transpose(at + "context.sequence", mixed, 0, 2, 1, 3);
        return linear(block, Target.ATTENTION_OUTPUT, operators.reshape(at + "context.rows", joined, rows));
    }

    /** [batch * tokens, d] as [batch, tokens, heads, headSize], in the given order. */
    private Value heads(Value x, String name, Value shape, long... order) {
        return operators.transpose(name + ".heads", operators.reshape(name + ".split", x, shape), order);
    }

    private Value linear(int block, Target target, Value x) {
        String weight = names.weight(block, target);
        String node = weight.substring(0, weight.length() - ".weight".length());
        return target.isProjection() && !config.qkvBias()
                ? weights.linear(operators, node, x, weight)
                : weights.linear(operators, node, x, weight, names.bias(block, target));
    }

    private Value layerNorm(String node, Value x, String module) {
        return operators.layerNormalization(
                node,
                x,
                weights.tensor(operators, module + ".weight"),
                weights.tensor(operators, module + ".bias"),
                config.layerNormEps());
    }

    /** The exact form, {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
    private Value gelu(String name, Value x) {
        Value erf = operators.erf(name + ".erf", operators.divide(name + ".scaled", x, rootTwo));
        Value gate = operators.add(name + ".gate", erf, one);
        return operators.multiply(name, operators.multiply(name + ".gated", x, gate), half);
    }
}
