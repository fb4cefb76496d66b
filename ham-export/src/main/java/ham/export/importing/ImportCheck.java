package ham.export.importing;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.EncoderInput;
import ham.merge.encoder.control.ControlForward;
import ham.merge.encoder.control.ControlTensor;
import ham.merge.encoder.text.TextPooling;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.runtime.text.TokenBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Runs a graph and the forward pass of its checkpoint, in plain Java, on the same texts of random tokens, some of them padded. */
final class ImportCheck {
    /** Above this an output is another one. */
    private static final double NEAR = 1e-3;

    private static final int[] LENGTHS = {9, 5, 2};

    private final Path model;
    private final Checkpoint checkpoint;
    private final List<long[]> texts;
    private final EncoderInput.Text input;

    ImportCheck(Path model, Checkpoint checkpoint) {
        this.model = model;
        this.checkpoint = checkpoint;
        input = (EncoderInput.Text) checkpoint.encoder().input();
        Random random = new Random(1);
        texts = IntStream.of(LENGTHS)
                .mapToObj(length -> random.longs(Math.min(length, input.longest()), 0, input.vocabulary())
                        .map(id -> id == input.padding() ? (id + 1) % input.vocabulary() : id)
                        .toArray())
                .toList();
    }

    /**
     * What each output of the graph is.
     *
     * @throws InputException if one is nothing that the checkpoint computes
     */
    List<OutputMatch> outputs() {
        Map<String, ControlTensor> own = own();
        List<OutputMatch> matches = new ArrayList<>();
        try (OnnxModel graph = OnnxModel.open(model, new SessionSettings(0))) {
            Map<String, Tensor> given = new LinkedHashMap<>();
            Map<String, Tensor> batch = TokenBatch.of(texts, input.padding());
            for (TensorSpec spec : graph.inputs()) {
                given.put(spec.name(), input(spec, batch));
            }
            graph.run(given).forEach((name, tensor) -> matches.add(match(name, tensor, own)));
        }
        return matches;
    }

    private Tensor input(TensorSpec spec, Map<String, Tensor> batch) {
        Tensor ids = batch.get(TokenBatch.IDS);
        Tensor tensor = spec.name().equals(TokenBatch.TYPES)
                ? Tensor.of(
                        new long[ids.elements()],
                        ids.shape().get(0),
                        ids.shape().get(1))
                : batch.get(spec.name());
        if (tensor == null) {
            throw new InputException(
                    model,
                    "expected the inputs input_ids, attention_mask and token_type_ids, found '" + spec.name() + "'");
        }
        if (!spec.dtype().equals("int32")) {
            return tensor;
        }
        int[] narrow = Arrays.stream(tensor.longs()).mapToInt(Math::toIntExact).toArray();
        return Tensor.of(narrow, ids.shape().get(0), ids.shape().get(1));
    }

    /** Everything that the checkpoint computes of the texts. */
    private Map<String, ControlTensor> own() {
        Encoder encoder = checkpoint.encoder();
        ControlForward forward = new ControlForward(checkpoint, Map.of());
        Map<String, ControlTensor> inputs = new LinkedHashMap<>();
        TokenBatch.of(texts, input.padding()).forEach((name, tensor) -> inputs.put(name, numbers(tensor)));
        Map<String, ControlTensor> own = new LinkedHashMap<>();
        for (String name : encoder.outputs()) {
            own.put(name, forward.output(name, inputs));
        }
        ControlTensor tokens =
                own.containsKey(Encoder.TOKENS) ? own.get(Encoder.TOKENS) : encoder.tokens(forward.ops(), inputs);
        own.put(Encoder.TOKENS, tokens);
        for (GraphPooling pooling : GraphPooling.values()) {
            own.put(
                    pooling.optionName(),
                    new TextPooling(pooling.isMean(), pooling.isUnit())
                            .of(forward.ops(), tokens, inputs.get(EncoderInput.MASK)));
        }
        return own;
    }

    private static ControlTensor numbers(Tensor tensor) {
        long[] longs = tensor.longs();
        float[] values = new float[longs.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = longs[i];
        }
        return ControlTensor.of(
                values, tensor.shape().stream().mapToInt(Math::toIntExact).toArray());
    }

    private OutputMatch match(String name, Tensor tensor, Map<String, ControlTensor> own) {
        float[] found = tensor.floats();
        Optional<OutputMatch> best = own.entrySet().stream()
                .filter(each -> each.getValue().data().length == found.length)
                .map(each -> new OutputMatch(name, each.getKey(), distance(found, each.getValue())))
                .min(Comparator.comparingDouble(OutputMatch::maxAbs));
        if (best.isEmpty() || best.get().maxAbs() > NEAR) {
            throw new InputException(
                    model,
                    "expected its output '" + name + "' to be what the imported checkpoint computes, found "
                            + best.map(near -> near.maxAbs() + " between it and " + near.is())
                                    .orElse("the shape " + tensor.shape() + ", which is none of its outputs")
                            + "; the graph computes something that ham does not know");
        }
        return best.get();
    }

    /** The largest difference where there is a token: what stands at padding nobody reads. */
    private double distance(float[] graph, ControlTensor own) {
        int longest = own.shape().length == 3 ? own.shape()[1] : 1;
        int width = own.shape()[own.shape().length - 1];
        double most = 0;
        for (int i = 0; i < graph.length; i++) {
            int row = i / width / longest;
            boolean counts = longest == 1 || i / width % longest < texts.get(row).length;
            double difference = Math.abs((double) graph[i] - own.data()[i]);
            most = counts ? Math.max(most, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference) : most;
        }
        return most;
    }
}
