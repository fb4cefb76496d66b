package ham.export.bake.verify;

import ham.export.bake.read.ModelIndex;
import ham.export.parity.ParityInputs;
import ham.export.parity.ParityReport;
import ham.merge.InputException;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Runs a baked model beside its references: the unchanged graph with the deltas as constants of their own, and ham's own forward pass of
 * checkpoint plus delta where it can be built. The latter counts only where the unchanged graph computes what the bare checkpoint does.
 */
public final class Verification {

    private static final long SEED = 1;
    private static final String LOGITS = "logits";
    private static final String HALF = "float16";
    private static final String FLOAT = "float32";

    private final ModelIndex model;
    private final SessionSettings settings;
    private final Optional<Path> images;
    private final Optional<OwnForward> own;
    private final Optional<String> output;

    /**
     * Verifies copies of a model.
     *
     * @param images safetensors file of images; empty for seeded ones
     * @param own the checkpoint's own forward pass, where there is one
     * @param output name of the output that is compared, where it is known
     */
    public Verification(
            ModelIndex model,
            SessionSettings settings,
            Optional<Path> images,
            Optional<OwnForward> own,
            Optional<String> output) {
        this.model = model;
        this.settings = settings;
        this.images = images;
        this.own = own;
        this.output = output;
    }

    /**
     * Compares the logits of models.
     *
     * @param without the baked model without the delta, the control; empty where the delta is zero
     * @param relativeTolerance as a fraction of the reference's range
     */
    public ParityReport compare(Path baked, Path reference, Optional<Path> without, double relativeTolerance)
            throws IOException {
        ParityInputs inputs = inputs(baked);
        float[] logits = run(baked, inputs);
        float[] factored = run(reference, inputs);
        ParityReport report = compare(baked, inputs, logits, factored, relativeTolerance);
        return without.map(bare -> report.controlled(logits, factored, run(bare, inputs)))
                .orElse(report);
    }

    private ParityReport compare(
            Path baked, ParityInputs inputs, float[] logits, float[] factored, double relativeTolerance)
            throws IOException {
        Map<String, float[]> others = new TreeMap<>(Map.of(ParityReport.FACTORED, factored));
        ParityReport report = ParityReport.compare(inputs, logits, others, relativeTolerance);
        if (own.isEmpty() || !takesOwnInputs(baked)) {
            return report;
        }
        Path scratch = baked.resolveSibling(baked.getFileName() + ".own");
        float[] expected = own.get().merged(inputs, scratch);
        for (Ending ending : Ending.values()) {
            Optional<ParityReport> full = with(inputs, logits, others, ending.of(expected, inputs), relativeTolerance);
            if (full.filter(ParityReport::passed).isPresent()) {
                return full.get();
            }
        }
        if (!own.get().hasBare()) {
            return report.noting("ham's own forward pass computes something else than this graph, and is no reference");
        }
        float[] plain = run(model.file().path(), inputs);
        float[] bare = own.get().bare(inputs, scratch);
        for (Ending ending : Ending.values()) {
            Map<String, float[]> same = Map.of(ParityReport.FACTORED, plain);
            Optional<ParityReport> before = with(inputs, plain, same, ending.of(bare, inputs), relativeTolerance);
            if (before.filter(ParityReport::passed).isPresent()) {
                // The graph is the checkpoint's; so with the merge it must be as near to the checkpoint's with the
                // merge.
                double apart = 2 * before.get().maxAbs() / before.get().range();
                return with(inputs, logits, others, ending.of(expected, inputs), relativeTolerance + apart)
                        .orElse(report);
            }
        }
        return report.noting(
                "the unchanged graph computes something else than ham's own forward pass of the checkpoint,"
                        + " which therefore is no reference");
    }

    private static Optional<ParityReport> with(
            ParityInputs inputs,
            float[] logits,
            Map<String, float[]> others,
            float[] expected,
            double relativeTolerance) {
        if (expected.length != logits.length) {
            return Optional.empty();
        }
        Map<String, float[]> all = new TreeMap<>(others);
        all.put(ParityReport.OWN, expected);
        return Optional.of(ParityReport.compare(inputs, logits, all, relativeTolerance));
    }

    private boolean takesOwnInputs(Path baked) {
        try (OnnxModel session = OnnxModel.open(baked, settings)) {
            return input(session).fits(own.orElseThrow().input());
        }
    }

    private GraphInput input(OnnxModel session) {
        return GraphInput.of(model.file().path(), session.inputs(), own.map(OwnForward::input));
    }

    /** The inputs; a model with a fixed batch size gets one batch. */
    private ParityInputs inputs(Path file) {
        try (OnnxModel session = OnnxModel.open(file, settings)) {
            GraphInput input = input(session);
            return images.map(input::read)
                    .orElseGet(() -> input.seeded(
                            input.isFixed() ? Math.max(2, input.batch()) : ParityInputs.DEFAULT_SAMPLES, SEED));
        }
    }

    private float[] run(Path file, ParityInputs inputs) {
        try (OnnxModel session = OnnxModel.open(file, settings)) {
            GraphInput input = input(session);
            String name = output(session.outputs());
            float[] logits = new float[0];
            for (int from = 0; from < inputs.samples(); from += input.batch()) {
                int to = Math.min(inputs.samples(), from + input.batch());
                float[] part =
                        session.run(input.tensors(inputs, from, to)).get(name).floats();
                int classes = part.length / (input.isFixed() ? input.batch() : to - from);
                if (from == 0) {
                    logits = new float[classes * inputs.samples()];
                }
                System.arraycopy(part, 0, logits, classes * from, classes * (to - from));
            }
            return logits;
        }
    }

    /** The output that is compared: the classifier's, else one called logits, else the first of two dimensions, else the first. */
    private String output(List<TensorSpec> outputs) {
        List<TensorSpec> floats = outputs.stream()
                .filter(each -> each.dtype().equals(FLOAT) || each.dtype().equals(HALF))
                .toList();
        return output.filter(
                        name -> floats.stream().anyMatch(each -> each.name().equals(name)))
                .or(() -> floats.stream()
                        .map(TensorSpec::name)
                        .filter(LOGITS::equals)
                        .findFirst())
                .or(() -> floats.stream()
                        .filter(each -> each.shape().size() == 2)
                        .map(TensorSpec::name)
                        .findFirst())
                .or(() -> floats.stream().map(TensorSpec::name).findFirst())
                .orElseThrow(() -> new InputException(
                        model.file().path(),
                        "expected an output of float32 or float16 to verify with, found "
                                + outputs.stream().map(TensorSpec::name).toList()
                                + "; bake without verification and compare yourself"));
    }

    /** What a graph may do with its logits at the end. */
    private enum Ending {
        NONE,
        SOFTMAX,
        SIGMOID;

        private float[] of(float[] logits, ParityInputs inputs) {
            if (this == NONE) {
                return logits;
            }
            int classes = logits.length / inputs.samples();
            float[] result = new float[logits.length];
            for (int row = 0; row < logits.length; row += classes) {
                double sum = 0;
                for (int i = row; i < row + classes; i++) {
                    result[i] = (float) (this == SIGMOID ? 1 / (1 + Math.exp(-logits[i])) : Math.exp(logits[i]));
                    sum += result[i];
                }
                for (int i = row; this == SOFTMAX && i < row + classes; i++) {
                    result[i] /= (float) sum;
                }
            }
            return result;
        }
    }
}
