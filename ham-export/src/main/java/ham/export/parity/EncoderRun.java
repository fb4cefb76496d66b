package ham.export.parity;

import ham.merge.encoder.EncoderInput;
import ham.runtime.model.OnnxModel;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Runs a graph that ham built on {@link ParityInputs}, images or texts. */
public final class EncoderRun {
    private EncoderRun() {}

    /** The first output of a model. */
    public static LogitsSource of(OnnxModel model) {
        String output = model.outputs().get(0).name();
        return (values, samples) ->
                model.run(tensors(model.inputs(), values, samples)).get(output).floats();
    }

    /**
     * What a graph's inputs are given: texts where it takes token numbers, else images.
     *
     * @param values as {@link ParityInputs#pixelValues} has them
     * @param samples number of images or texts
     */
    public static Map<String, Tensor> tensors(List<TensorSpec> inputs, float[] values, int samples) {
        if (isText(inputs)) {
            return texts(inputs, values, samples);
        }
        List<Long> shape = inputs.get(0).shape();
        return Map.of(inputs.get(0).name(), Tensor.of(values, samples, shape.get(1), shape.get(2), shape.get(3)));
    }

    /** As {@link #tensors(List, float[], int)}, for an encoder that is in no graph. */
    public static Map<String, Tensor> tensors(EncoderInput input, float[] values, int samples) {
        if (input instanceof EncoderInput.Images images) {
            return Map.of(
                    EncoderInput.PIXELS, Tensor.of(values, samples, images.channels(), images.side(), images.side()));
        }
        List<Long> shape = List.of(-1L, -1L);
        List<String> free = List.of("", "");
        return texts(
                List.of(
                        new TensorSpec(EncoderInput.IDS, "int64", shape, free),
                        new TensorSpec(EncoderInput.MASK, "int64", shape, free)),
                values,
                samples);
    }

    /** Whether a graph takes the token numbers of texts. */
    public static boolean isText(List<TensorSpec> inputs) {
        return inputs.stream().anyMatch(input -> input.name().equals(EncoderInput.IDS));
    }

    /** Token numbers, mask, and zeros for what else there is, such as the types of tokens. */
    private static Map<String, Tensor> texts(List<TensorSpec> inputs, float[] values, int samples) {
        int length = values.length / samples;
        long[] numbers = new long[values.length];
        long[] mask = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            mask[i] = values[i] < 0 ? 0 : 1;
            numbers[i] = (long) (values[i] < 0 ? ParityInputs.ended(0) - values[i] : values[i]);
        }
        Map<String, Tensor> tensors = new TreeMap<>();
        for (TensorSpec input : inputs) {
            long[] given =
                    switch (input.name()) {
                        case EncoderInput.IDS -> numbers;
                        case EncoderInput.MASK -> mask;
                        default -> new long[values.length];
                    };
            tensors.put(input.name(), tensor(input, given, samples, length));
        }
        return tensors;
    }

    private static Tensor tensor(TensorSpec input, long[] values, int samples, int length) {
        if (!input.dtype().equals("int32")) {
            return Tensor.of(values, samples, length);
        }
        int[] narrow = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = Math.toIntExact(values[i]);
        }
        return Tensor.of(narrow, samples, length);
    }
}
