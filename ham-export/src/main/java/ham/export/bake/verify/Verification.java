package ham.export.bake.verify;

import ham.export.bake.read.Halves;
import ham.export.bake.read.Messages;
import ham.export.bake.read.ModelIndex;
import ham.export.bake.read.Range;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.export.proto.TensorShapeProto.Dimension;
import ham.merge.InputException;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a baked model beside its reference, the unchanged graph with the deltas as constants of their own. */
public final class Verification {

    private static final int BATCH = 8;
    private static final long SEED = 1;

    private final ModelIndex model;
    private final SessionSettings settings;
    private final Optional<Path> images;

    /**
     * Verifies copies of a model.
     *
     * @param images safetensors file of images; empty for seeded ones
     */
    public Verification(ModelIndex model, SessionSettings settings, Optional<Path> images) {
        this.model = model;
        this.settings = settings;
        this.images = images;
    }

    /**
     * Compares the logits of two models.
     *
     * @param relativeTolerance as a fraction of the reference's range
     */
    public ParityReport compare(Path baked, Path reference, double relativeTolerance) {
        ParityInputs inputs = inputs();
        float[] logits = run(baked, inputs);
        return ParityReport.compare(
                inputs, logits, Map.of(ParityReport.FACTORED, run(reference, inputs)), relativeTolerance);
    }

    /** The images; a model with a fixed batch size gets one batch. */
    private ParityInputs inputs() {
        List<Dimension> dims = dims();
        int channels = (int) dims.get(1).getDimValue();
        int side = (int) dims.get(2).getDimValue();
        if (images.isPresent()) {
            return ParityInputs.read(images.get(), channels, side);
        }
        int batch = (int) dims.get(0).getDimValue();
        return ParityInputs.seeded(channels, side, batch > 0 ? batch : ParityInputs.DEFAULT_SAMPLES, SEED);
    }

    private List<Dimension> dims() {
        List<Range> inputs = model.inputs().entrySet().stream()
                .filter(input -> model.tensors().stream()
                        .noneMatch(tensor -> tensor.name().equals(input.getKey())))
                .map(Map.Entry::getValue)
                .toList();
        List<Dimension> dims = inputs.size() != 1
                ? List.of()
                : Messages.value(model.file(), inputs.get(0))
                        .getType()
                        .getTensorType()
                        .getShape()
                        .getDimList();
        if (dims.size() != 4
                || dims.get(1).getDimValue() < 1
                || dims.get(2).getDimValue() < 1
                || dims.get(2).getDimValue() != dims.get(3).getDimValue()) {
            throw new InputException(
                    model.file().path(),
                    "expected one input of square images [batch, channels, side, side] to verify with, found "
                            + model.inputs().keySet() + " with " + dims.size()
                            + " dimensions; bake without verification and compare yourself");
        }
        return dims;
    }

    private float[] run(Path file, ParityInputs inputs) {
        try (OnnxModel session = OnnxModel.open(file, settings)) {
            TensorSpec input = session.inputs().get(0);
            long fixed = input.shape().get(0);
            int batch = fixed > 0 ? (int) fixed : BATCH;
            if (fixed > 0 && inputs.samples() % fixed != 0) {
                throw new InputException(
                        model.file().path(),
                        "takes " + fixed + " images at once, found " + inputs.samples()
                                + " to verify with; give a multiple");
            }
            float[] logits = new float[0];
            for (int from = 0; from < inputs.samples(); from += batch) {
                int to = Math.min(inputs.samples(), from + batch);
                float[] part = run(session, input, inputs.range(from, to), to - from);
                if (from == 0) {
                    logits = new float[part.length / (to - from) * inputs.samples()];
                }
                System.arraycopy(part, 0, logits, part.length / (to - from) * from, part.length);
            }
            return logits;
        }
    }

    private static float[] run(OnnxModel session, TensorSpec input, float[] images, int count) {
        long[] shape = {
            count, input.shape().get(1), input.shape().get(2), input.shape().get(3)
        };
        Tensor tensor = input.dtype().equals("float16") ? Halves.of(images, shape) : Tensor.of(images, shape);
        String output = session.outputs().get(0).name();
        return session.run(Map.of(input.name(), tensor)).get(output).floats();
    }
}
