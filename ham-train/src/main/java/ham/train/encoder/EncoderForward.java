package ham.train.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderInput;
import ham.runtime.tensor.Tensor;
import ham.train.backbone.Backbone;
import ham.train.engine.MixedPrecision;
import ham.train.engine.TorchEngine;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** An encoder as its description computes it. */
public final class EncoderForward implements Backbone {
    private final TorchEngine engine;
    private final Checkpoint checkpoint;
    private final Encoder encoder;
    private final NDManager manager;
    private final ScriptWeights weights;

    /** Copies the weights that its forward pass reads into the engine. */
    public EncoderForward(TorchEngine engine, Checkpoint checkpoint) {
        this.engine = engine;
        this.checkpoint = checkpoint;
        encoder = checkpoint.encoder();
        manager = engine.newManager();
        weights = new ScriptWeights(checkpoint, manager);
        // Every later script finds the weights in the places that this one gives them.
        var unused = functions(MixedPrecision.FP32, Set.of());
    }

    @Override
    public TorchEngine engine() {
        return engine;
    }

    @Override
    public int width() {
        return encoder.width();
    }

    @Override
    public int stateWidth() {
        return encoder.width();
    }

    @Override
    public int blocks() {
        return encoder.blocks();
    }

    /** @throws InputException if its blocks have no such layer, or nothing that the feature is made of reads it */
    @Override
    public String weightName(int block, Target target) {
        String name = encoder.names().has(target.part())
                        || encoder.names().fused(block).isPresent()
                ? encoder.names().name(target.part(), block) + ".weight"
                : "";
        if (!weights.linear().containsKey(name)) {
            throw InputException.parameter(
                    "targets", "expected layers that this " + encoder.family() + " has, found " + target.optionName());
        }
        return name;
    }

    @Override
    public NDArray weight(String name) {
        NDArray weight = weights.linear().get(name);
        if (weight == null) {
            throw new InputException(checkpoint.directory(), "expected a linear layer, found '" + name + "'");
        }
        return weight;
    }

    @Override
    public List<NDArray> fixed() {
        return weights.fixed();
    }

    @Override
    public List<String> linearNames() {
        return List.copyOf(weights.linear().keySet());
    }

    @Override
    public List<String> inputs() {
        return encoder.input() instanceof EncoderInput.Text
                ? List.of(EncoderInput.IDS, EncoderInput.MASK)
                : List.of(EncoderInput.PIXELS);
    }

    @Override
    public List<String> trimming() {
        if (!(encoder.input() instanceof EncoderInput.Text)) {
            return List.of();
        }
        String longest = "longest = int(torch.max(torch.sum(" + EncoderInput.MASK + ", [1])))";
        return Stream.concat(
                        Stream.of(longest),
                        inputs().stream().map(name -> name + " = torch.slice(" + name + ", 1, 0, longest)"))
                .toList();
    }

    @Override
    public List<Long> imageShape() {
        return encoder.input() instanceof EncoderInput.Images images
                ? List.of((long) images.channels(), (long) images.side(), (long) images.side())
                : List.of();
    }

    @Override
    public void requireFit(Map<String, Tensor> batch) {
        for (String name : inputs()) {
            if (!batch.containsKey(name)) {
                throw new InputException("data: expected " + String.join(", ", inputs()) + " for this "
                        + encoder.family() + ", found " + String.join(", ", batch.keySet())
                        + "; give data of the kind that the base takes");
            }
        }
        if (encoder.input() instanceof EncoderInput.Images images) {
            List<Long> shape = batch.get(EncoderInput.PIXELS).shape();
            if (shape.get(2) != images.side() || shape.get(3) != images.side()) {
                throw new InputException("preprocessing: expected images of " + images.side() + " x " + images.side()
                        + " pixels for this model, found " + shape.get(3) + " x " + shape.get(2)
                        + "; use the checkpoint's own preprocessing");
            }
        }
    }

    @Override
    public String functions(MixedPrecision precision, Collection<String> exact) {
        ScriptOps ops = new ScriptOps(weights, precision, exact);
        Map<String, String> inputs = new LinkedHashMap<>();
        inputs().forEach(name -> inputs.put(name, name));
        String feature = ops.full(encoder.feature(ops, inputs));
        return ScriptOps.FUNCTIONS + "def encode(" + String.join(": Tensor, ", inputs())
                + ": Tensor, fixed: List[Tensor], w: List[Tensor]) -> Tensor:\n" + ops.lines() + "  return " + feature
                + "\n\n";
    }

    @Override
    public String states(MixedPrecision precision, Collection<String> exact) {
        return "__torch__.encode(" + String.join(", ", inputs()) + ", fixed, w)";
    }

    @Override
    public String features(String states, MixedPrecision precision, Collection<String> exact) {
        return states;
    }

    @Override
    public void close() {
        manager.close();
    }
}
