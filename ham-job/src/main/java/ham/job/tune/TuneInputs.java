package ham.job.tune;

import ham.merge.InputException;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Inputs of random values for any graph whose free dimensions are rows, tokens or pixels. */
final class TuneInputs {
    /** Where a graph takes images of any size. */
    private static final int SIDE = 224;

    private static final int TOKENS_OF_ANY_VOCABULARY = 100;

    private TuneInputs() {}

    /** Whether an input has a dimension for tokens. */
    static boolean hasLength(List<TensorSpec> specs) {
        return specs.stream()
                .anyMatch(spec ->
                        isWhole(type(spec)) && spec.shape().stream().skip(1).anyMatch(size -> size < 0));
    }

    static Map<String, Tensor> random(List<TensorSpec> specs, int batch, int length, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            ElementType type = type(spec);
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < spec.shape().size(); i++) {
                long size = spec.shape().get(i);
                shape.add(size >= 0 ? size : i == 0 ? batch : isWhole(type) ? length : SIDE);
            }
            ByteBuffer data = DirectBuffers.of(type, shape);
            while (data.hasRemaining()) {
                put(data, type, spec.name(), random);
            }
            inputs.put(spec.name(), new Tensor(type, shape, data.flip()));
        }
        return inputs;
    }

    private static void put(ByteBuffer data, ElementType type, String name, Random random) {
        switch (type) {
            case FLOAT32 -> data.putFloat((float) random.nextGaussian());
            case FLOAT64 -> data.putDouble(random.nextGaussian());
            case UINT8 -> data.put((byte) random.nextInt(256));
            case INT64 -> data.putLong(whole(name, random));
            case INT32 -> data.putInt(whole(name, random));
            case BOOL -> data.put((byte) 1);
            default ->
                throw new InputException("Input " + name + ": expected numbers of float32, float64, uint8, int32, int64"
                        + " or bool, found " + type.label());
        }
    }

    private static int whole(String name, Random random) {
        return name.contains("mask") ? 1 : name.contains("type") ? 0 : random.nextInt(TOKENS_OF_ANY_VOCABULARY);
    }

    private static boolean isWhole(ElementType type) {
        return type == ElementType.INT64 || type == ElementType.INT32;
    }

    private static ElementType type(TensorSpec spec) {
        return ElementType.ofLabel(spec.dtype())
                .orElseThrow(() -> new InputException(
                        "Input " + spec.name() + ": expected a tensor of numbers, found " + spec.dtype()));
    }
}
