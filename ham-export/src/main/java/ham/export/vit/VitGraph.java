package ham.export.vit;

import ham.export.graph.GraphBuilder;
import ham.export.graph.Operators;
import ham.export.graph.Value;
import ham.export.graph.ValueInfos;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitNames;
import java.util.List;

/**
 * Writes the feature extractor of a plain ViT: from pixels to the class token after the last LayerNorm.
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
    private final VitWeights weights;
    private final Operators operators;
    private final Value rows;
    private final Value heads;
    private final Value classTokenHeads;
    private final Value sequences;
    private final Value firstToken;
    private final Value attentionScale;
    private final Value half;
    private final Value one;
    private final Value rootTwo;

    /** A graph in an empty builder; the shared constants are added at once. */
    public VitGraph(GraphBuilder graph, VitConfig config, VitNames names, VitWeights weights) {
        this.config = config;
        this.names = names;
        this.weights = weights;
        this.operators = new Operators(graph);
        rows = operators.shape("shape.rows", -1, config.hidden());
        heads = operators.shape("shape.heads", -1, config.tokens(), config.heads(), config.headSize());
        classTokenHeads = operators.shape("shape.class_token_heads", -1, 1, config.heads(), config.headSize());
        sequences = operators.shape("shape.sequences", -1, config.tokens(), config.hidden());
        firstToken = graph.initializer("class_token.index", List.of(), new long[] {0});
        attentionScale = operators.scalar("attention.scale", 1 / Math.sqrt(config.headSize()));
        half = operators.scalar("gelu.half", 0.5);
        one = operators.scalar("gelu.one", 1);
        rootTwo = operators.scalar("gelu.root_two", Math.sqrt(2));
    }

    /** Adds input and encoder and returns the features [batch, d]. */
    public Value features() {
        int side = config.imageSize();
        Value pixels = operators.graph().input(ValueInfos.floats(INPUT, BATCH, config.channels(), side, side));
        Value x = embeddings(pixels);
        for (int block = 0; block < config.layers(); block++) {
            x = block(block, x);
        }
        return layerNorm("features", x, names.finalNormWeight(), names.finalNormBias());
    }

    /** Patches behind a class token, plus positions: [batch, channels, side, side] to [batch * tokens, d]. */
    private Value embeddings(Value pixels) {
        long d = config.hidden();
        Value patches = operators.patches(
                "patches",
                pixels,
                weights.tensor(operators, names.patchWeight()),
                weights.tensor(operators, names.patchBias()),
                config.patch());
        Value flat = operators.reshape(
                "patches.flat", patches, operators.shape("shape.patches", -1, d, config.tokens() - 1L));
        Value sequence = operators.transpose("patches.sequence", flat, 0, 2, 1);
        Value classTokenShape = operators.concatenate(
                "class_tokens.shape",
                0,
                operators.batchSize("batch_size", pixels),
                operators.shape("shape.class_token", 1, d));
        Value classTokens =
                operators.expand("class_tokens", weights.tensor(operators, names.clsToken()), classTokenShape);
        Value tokens = operators.concatenate("tokens", 1, classTokens, sequence);
        Value placed = operators.add("embeddings", tokens, weights.tensor(operators, names.positionEmbeddings()));
        return operators.reshape("embeddings.rows", placed, rows);
    }

    /**
     * x + attention(norm(x)), then x + mlp(norm(x)). The last block gives its class tokens only, [batch, d]: nothing reads its other
     * tokens, so they are keys and values there and no more.
     */
    private Value block(int block, Value x) {
        String at = "layer." + block + ".";
        boolean last = isLast(block);
        Value before = layerNorm(at + "norm_before", x, names.normBeforeWeight(block), names.normBeforeBias(block));
        Value asking = last ? classTokens(at + "norm_before.class_tokens", before) : before;
        Value residual = last ? classTokens(at + "class_tokens", x) : x;
        Value attended = operators.add(at + "attention.residual", attention(block, at, asking, before), residual);
        Value after = layerNorm(at + "norm_after", attended, names.normAfterWeight(block), names.normAfterBias(block));
        Value hidden = gelu(at + "gelu", linear(block, Target.FC1, after));
        return operators.add(at + "residual", linear(block, Target.FC2, hidden), attended);
    }

    private boolean isLast(int block) {
        return block == config.layers() - 1;
    }

    /** softmax(q k^T / sqrt(headSize)) v for each head, then the output projection. */
    private Value attention(int block, String at, Value asking, Value x) {
        Value askingHeads = isLast(block) ? classTokenHeads : heads;
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

    /** Token 0 of every image: [batch * tokens, d] to [batch, d]. */
    private Value classTokens(String name, Value x) {
        return operators.gather(name, operators.reshape(name + ".sequences", x, sequences), firstToken, 1);
    }

    private Value linear(int block, Target target, Value x) {
        String weight = names.weight(block, target);
        String node = weight.substring(0, weight.length() - ".weight".length());
        boolean projection = target == Target.QUERY || target == Target.KEY || target == Target.VALUE;
        return projection && !config.qkvBias()
                ? weights.linear(operators, node, x, weight)
                : weights.linear(operators, node, x, weight, names.bias(block, target));
    }

    private Value layerNorm(String node, Value x, String weight, String bias) {
        return operators.layerNormalization(
                node, x, weights.tensor(operators, weight), weights.tensor(operators, bias), config.layerNormEps());
    }

    /** The exact form, {@code x / 2 * (1 + erf(x / sqrt(2)))}. */
    private Value gelu(String name, Value x) {
        Value erf = operators.erf(name + ".erf", operators.divide(name + ".scaled", x, rootTwo));
        Value gate = operators.add(name + ".gate", erf, one);
        return operators.multiply(name, operators.multiply(name + ".gated", x, gate), half);
    }
}
