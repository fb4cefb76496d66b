package ham.train.run;

import ham.merge.checkpoint.Target;
import ham.merge.encoder.EncoderInput;
import ham.train.backbone.Backbone;
import ham.train.engine.MixedPrecision;
import ham.train.input.InputSource;
import java.util.stream.IntStream;

/**
 * What a training step keeps for its gradients, from the shapes of the base.
 *
 * @param example bytes of one example
 * @param batch examples of a batch
 * @param microBatch most of them that are worked on at once; gradients of a larger batch are summed, part by part
 */
record StepMemory(long example, int batch, int microBatch) {
    /** Numbers that a block keeps for the gradients of a token, in widths of the model; measured on ViT-B/16 in bf16. */
    private static final int KEPT_WIDTHS = 26;
    /** Bytes that a step may keep on a CPU: what more examples at once would need buys no speed there. */
    private static final long MOST = 2L << 30;

    /** Texts that are worked on at once on a CPU: those of a batch that are of like length. */
    private static final int TEXTS = 16;

    static StepMemory of(RunInputs inputs, Backbone backbone) {
        long tokens = tokens(inputs);
        long hidden = backbone.inputs(backbone.weightName(0, Target.QUERY));
        long attention = inputs.base().encoder().heads();
        int size = backbone.engine().precision() == MixedPrecision.FP32 ? Float.BYTES : Short.BYTES;
        long example = tokens * backbone.blocks() * (KEPT_WIDTHS * hidden + 2L * attention * tokens) * size;
        int batch = inputs.config().recipe().batch();
        boolean texts = inputs.base().encoder().input() instanceof EncoderInput.Text;
        // What a GPU has is not known here, and parts are slower there.
        return backbone.engine().device().isGpu()
                ? new StepMemory(example, batch, batch)
                : of(example, batch, texts ? TEXTS : batch);
    }

    /** On a CPU: as few parts as fit and have at most {@code together} examples, of sizes that differ by one at most. */
    static StepMemory of(long example, int batch, int together) {
        long most = Math.max(1, Math.min(Math.min(batch, together), MOST / example));
        long parts = (batch + most - 1) / most;
        return new StepMemory(example, batch, Math.toIntExact((batch + parts - 1) / parts));
    }

    /** Of a step over that many examples. */
    long bytes(long examples) {
        return example * Math.min(microBatch, examples);
    }

    /** Of an image its patches and the class token, of a text those of the longest of the first task. */
    private static long tokens(RunInputs inputs) {
        if (inputs.base().encoder().input() instanceof EncoderInput.Images images) {
            long patch = inputs.base().encoder().shapes().values().stream()
                    .filter(shape -> shape.size() == 4)
                    .mapToLong(shape -> shape.get(3))
                    .findFirst()
                    .orElse(images.side());
            return (images.side() / patch) * (images.side() / patch) + 1;
        }
        InputSource texts =
                inputs.reader().open(inputs.data().train(), inputs.split(0).training());
        return IntStream.range(0, texts.size()).map(texts::length).max().orElse(1);
    }
}
