package ham.train.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.checkpoint.VitForm;
import ham.merge.checkpoint.VitNames;
import ham.merge.encoder.EncoderInput;
import ham.runtime.tensor.Tensor;
import ham.train.backbone.Backbone;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TorchEngine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A pre-trained ViT in float32, frozen: pixels to features.
 *
 * <p>Pre-norm blocks with exact (erf) GELU; the feature is token 0 after the final LayerNorm. The last block computes its
 * query, output projection and MLP for token 0 only, because nothing reads its other tokens.
 *
 * <p>Shapes: n images, t tokens, d width. Linear weights are [out, in] as stored.
 */
public final class VitForward implements Backbone {
    private static final NDIndex FIRST_TOKEN = new NDIndex(":, 0:1");

    private final TorchEngine engine;
    private final VitConfig config;
    private final VitNames names;
    private final NDManager manager;
    private final Map<String, NDArray> weights = new HashMap<>();
    private BiConsumer<String, NDArray> inputs = (name, input) -> {};
    /** An array of its own: backward reads it again, and DJL frees the one that it makes of a plain number at once. */
    private final NDArray attentionScale;
    /** For the script, which always adds a bias; only a query, key or value lacks one. */
    private final NDArray noBias;

    /**
     * Copies a checkpoint's weights into the engine; the parts of a fused qkv become weights of their own.
     *
     * @throws InputException if the model is not {@link VitForm#PLAIN}
     */
    public VitForward(TorchEngine engine, Checkpoint checkpoint) {
        this.engine = engine;
        requireSupported(checkpoint);
        config = checkpoint.config();
        names = checkpoint.names();
        manager = engine.newManager();
        attentionScale = manager.create((float) (1 / Math.sqrt(config.headSize())));
        int d = config.hidden();
        noBias = manager.zeros(new Shape(d));
        load(checkpoint, names.clsToken(), 1, 1, d);
        load(checkpoint, names.positionEmbeddings(), 1, config.tokens(), d);
        load(checkpoint, names.patchWeight(), d, (long) config.channels() * config.patch() * config.patch());
        load(checkpoint, names.patchBias(), d);
        for (int block = 0; block < config.layers(); block++) {
            for (Target target : Target.values()) {
                load(checkpoint, names.weight(block, target), target.outputs(config), target.inputs(config));
                if (checkpoint.has(names.bias(block, target))) {
                    load(checkpoint, names.bias(block, target), target.outputs(config));
                }
            }
            for (String name : List.of(
                    names.normBeforeWeight(block),
                    names.normBeforeBias(block),
                    names.normAfterWeight(block),
                    names.normAfterBias(block))) {
                load(checkpoint, name, d);
            }
        }
        load(checkpoint, names.finalNormWeight(), d);
        load(checkpoint, names.finalNormBias(), d);
    }

    /**
     * Checks that a checkpoint can be trained on.
     *
     * @throws InputException if the model is not {@link VitForm#PLAIN}, with what it has beyond that
     */
    public static void requireSupported(Checkpoint checkpoint) {
        VitForm form = checkpoint.config().form();
        if (!form.equals(VitForm.PLAIN)) {
            throw new InputException(
                    checkpoint.directory(),
                    "expected a ViT with a class token and nothing beyond it for training, found one with "
                            + form.extras() + "; ham exports and merges for such a base, but does not train on it");
        }
    }

    private void load(Checkpoint checkpoint, String name, long... shape) {
        weights.put(name, manager.create(checkpoint.floats(name), new Shape(shape)));
    }

    /**
     * Tells somebody what every linear layer reads from here on.
     *
     * @param listener hears the weight's name and its inputs, [n, tokens, in]; layers that read the same get the same object
     */
    public void listen(BiConsumer<String, NDArray> listener) {
        inputs = listener;
    }

    /** The engine that holds the weights. */
    @Override
    public TorchEngine engine() {
        return engine;
    }

    /** Shape of the model. */
    public VitConfig config() {
        return config;
    }

    @Override
    public int width() {
        return config.hidden();
    }

    @Override
    public int stateWidth() {
        return 2 * config.hidden();
    }

    @Override
    public int blocks() {
        return config.layers();
    }

    @Override
    public String weightName(int block, Target target) {
        return names.weight(block, target);
    }

    @Override
    public List<String> inputs() {
        return List.of(EncoderInput.PIXELS);
    }

    @Override
    public List<Long> imageShape() {
        return List.of((long) config.channels(), (long) config.imageSize(), (long) config.imageSize());
    }

    @Override
    public void requireFit(Map<String, Tensor> batch) {
        Tensor pixels = batch.get(EncoderInput.PIXELS);
        if (pixels == null) {
            throw new InputException("data: expected images for this ViT, found " + String.join(", ", batch.keySet())
                    + "; give data of the kind that the base takes");
        }
        int side = config.imageSize();
        List<Long> shape = pixels.shape();
        if (shape.get(2) != side || shape.get(3) != side) {
            throw new InputException("preprocessing: expected images of " + side + " x " + side
                    + " pixels for this model, found " + shape.get(3) + " x " + shape.get(2)
                    + "; use the checkpoint's own preprocessing");
        }
    }

    @Override
    public String functions(MixedPrecision precision, Collection<String> exact) {
        return VitScript.FUNCTIONS;
    }

    @Override
    public String states(MixedPrecision precision, Collection<String> exact) {
        return VitScript.states(this, precision, exact);
    }

    @Override
    public String features(String states, MixedPrecision precision, Collection<String> exact) {
        return VitScript.tail(states, this, precision, exact) + "[0]";
    }

    /** Names of its weights. */
    public VitNames names() {
        return names;
    }

    /** A frozen weight by its name in the checkpoint; stays owned by this object. */
    @Override
    public NDArray weight(String name) {
        NDArray weight = weights.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("no weight " + name);
        }
        return weight;
    }

    /**
     * The frozen arrays that no adapter changes, as {@link VitScript} takes them: class token, positions, patch weight and bias, the last
     * norm's, and of every block the norms' and six biases, which are zero where the checkpoint has none.
     */
    @Override
    public List<NDArray> fixed() {
        List<NDArray> fixed = new ArrayList<>();
        fixed.add(weight(names.clsToken()));
        fixed.add(weight(names.positionEmbeddings()));
        fixed.add(weight(names.patchWeight()));
        fixed.add(weight(names.patchBias()));
        fixed.add(weight(names.finalNormWeight()));
        fixed.add(weight(names.finalNormBias()));
        for (int block = 0; block < config.layers(); block++) {
            fixed.add(weight(names.normBeforeWeight(block)));
            fixed.add(weight(names.normBeforeBias(block)));
            fixed.add(weight(names.normAfterWeight(block)));
            fixed.add(weight(names.normAfterBias(block)));
            for (Target target : Target.values()) {
                fixed.add(weights.getOrDefault(names.bias(block, target), noBias));
            }
        }
        return fixed;
    }

    /** Names of the linear layers' weights, six a block in the order of {@link Target}. */
    @Override
    public List<String> linearNames() {
        List<String> linear = new ArrayList<>();
        for (int block = 0; block < config.layers(); block++) {
            for (Target target : Target.values()) {
                linear.add(names.weight(block, target));
            }
        }
        return linear;
    }

    /**
     * Features of a batch.
     *
     * <p>Run it inside an {@link ai.djl.ndarray.NDScope}: what an operation gives belongs to the manager of its first operand,
     * which may be this object's own.
     *
     * @param pixels normalised pixel values [n, 3, side, side]
     * @param effective weights that stand in for the frozen ones, by the same names
     * @return [n, d]
     */
    public NDArray features(NDArray pixels, Map<String, NDArray> effective) {
        return tail(states(pixels, effective), effective);
    }

    /**
     * The states of a batch: what enters the last block's output projection at token 0, the attended values and then the residual.
     *
     * @param pixels normalised pixel values [n, 3, side, side]
     * @param effective weights that stand in for the frozen ones, by the same names
     * @return [n, 2 d]
     */
    public NDArray states(NDArray pixels, Map<String, NDArray> effective) {
        NDArray tokens = embed(pixels);
        int last = config.layers() - 1;
        for (int block = 0; block < last; block++) {
            tokens = settle(block, attend(block, tokens, effective), tokens, effective);
        }
        NDArray first = tokens.get(FIRST_TOKEN);
        return attend(last, tokens, effective).concat(first, 2).reshape(-1, 2L * config.hidden());
    }

    /**
     * The tail: features of states.
     *
     * @param states [n, 2 d]
     * @param effective weights that stand in for the frozen ones, by the same names
     * @return [n, d]
     */
    public NDArray tail(NDArray states, Map<String, NDArray> effective) {
        int d = config.hidden();
        NDArray mixed = states.get(new NDIndex(":, 0:" + d));
        NDArray residual = states.get(new NDIndex(":, " + d + ":" + 2 * d));
        NDArray settled = settle(config.layers() - 1, mixed, residual, effective);
        return norm(settled, names.finalNormWeight(), names.finalNormBias());
    }

    private NDArray embed(NDArray pixels) {
        long n = pixels.getShape().get(0);
        int patch = config.patch();
        int side = config.imageSize() / patch;
        NDArray patches = pixels.reshape(n, config.channels(), side, patch, side, patch)
                .transpose(0, 2, 4, 1, 3, 5)
                .reshape(n, (long) side * side, -1);
        NDArray embedded = linear(patches, weight(names.patchWeight()), weights.get(names.patchBias()));
        NDArray cls = weight(names.clsToken()).broadcast(n, 1, config.hidden());
        return cls.concat(embedded, 1).add(weight(names.positionEmbeddings()));
    }

    /** Attended values before the output projection, in the last block for token 0 only. */
    private NDArray attend(int block, NDArray tokens, Map<String, NDArray> effective) {
        boolean last = block == config.layers() - 1;
        NDArray normed = norm(tokens, names.normBeforeWeight(block), names.normBeforeBias(block));
        NDArray asking = last ? normed.get(FIRST_TOKEN) : normed;
        NDArray query = heads(apply(block, Target.QUERY, asking, effective));
        NDArray key = heads(apply(block, Target.KEY, normed, effective));
        NDArray value = heads(apply(block, Target.VALUE, normed, effective));
        NDArray scores = query.mul(attentionScale).matMul(key.transpose(0, 1, 3, 2));
        return scores.softmax(-1)
                .matMul(value)
                .transpose(0, 2, 1, 3)
                .reshape(tokens.getShape().get(0), -1, config.hidden());
    }

    /** The rest of a block: output projection and MLP, token by token. */
    private NDArray settle(int block, NDArray mixed, NDArray residual, Map<String, NDArray> effective) {
        NDArray attended = residual.add(apply(block, Target.ATTENTION_OUTPUT, mixed, effective));
        NDArray second = norm(attended, names.normAfterWeight(block), names.normAfterBias(block));
        NDArray expanded = Activation.gelu(apply(block, Target.FC1, second, effective));
        return attended.add(apply(block, Target.FC2, expanded, effective));
    }

    private NDArray heads(NDArray tokens) {
        long n = tokens.getShape().get(0);
        return tokens.reshape(n, -1, config.heads(), config.headSize()).transpose(0, 2, 1, 3);
    }

    private NDArray apply(int block, Target target, NDArray input, Map<String, NDArray> effective) {
        String name = names.weight(block, target);
        inputs.accept(name, input);
        NDArray weight = effective.get(name);
        return linear(input, weight == null ? weight(name) : weight, weights.get(names.bias(block, target)));
    }

    private static NDArray linear(NDArray input, NDArray weight, NDArray biasOrNull) {
        NDList output = biasOrNull == null ? Linear.linear(input, weight) : Linear.linear(input, weight, biasOrNull);
        return output.singletonOrThrow();
    }

    private NDArray norm(NDArray input, String weight, String bias) {
        return LayerNorm.layerNorm(
                        input, new Shape(config.hidden()), weight(weight), weight(bias), (float) config.layerNormEps())
                .singletonOrThrow();
    }

    @Override
    public void close() {
        manager.close();
    }
}
