package ham.job.tune;

import ham.export.parity.ParityInputs;
import ham.merge.InputException;
import ham.merge.tensor.HalfPrecision;
import ham.runtime.tensor.DirectBuffers;
import ham.runtime.tensor.ElementType;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Inputs: random values for any graph whose free dimensions are rows, tokens or pixels, or the images of a file. */
final class TuneInputs {
    /** Where a graph takes images of any size. */
    private static final int SIDE = 224;

    private static final int TOKENS_OF_ANY_VOCABULARY = 100;

    private TuneInputs() {}

    /** Whether an input has a dimension for tokens. */
    static boolean hasLength(List<TensorSpec> specs) {
        return specs.stream()
                .anyMatch(spec -> isWhole(spec) && spec.shape().stream().skip(1).anyMatch(size -> size < 0));
    }

    static Map<String, Tensor> random(List<TensorSpec> specs, int batch, int length, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (TensorSpec spec : specs) {
            ElementType type = type(spec);
            List<Long> shape = new ArrayList<>();
            for (int i = 0; i < spec.shape().size(); i++) {
                long size = spec.shape().get(i);
                shape.add(size >= 0 ? size : i == 0 ? batch : isWhole(spec) ? length : SIDE);
            }
            ByteBuffer data = DirectBuffers.of(type, shape);
            while (data.hasRemaining()) {
                put(data, type, spec.name(), random);
            }
            inputs.put(spec.name(), new Tensor(type, shape, data.flip()));
        }
        return inputs;
    }

    /**
     * The images of a safetensors file, as many at once as the model takes; what is left over is left out.
     *
     * @throws InputException if the model takes something else, or the file holds no such images
     */
    static List<Map<String, Tensor>> images(List<TensorSpec> specs, Path file) {
        TensorSpec spec = specs.get(0);
        List<Long> shape = spec.shape();
        if (specs.size() != 1
                || type(spec) != ElementType.FLOAT32
                || shape.size() != 4
                || shape.stream().skip(1).anyMatch(each -> each < 1)) {
            throw InputException.parameter(
                    "inputs",
                    "expected none for a model without one float32 input [batch, channels, height, width] of a fixed size, found "
                            + file + " and the model's inputs "
                            + specs.stream()
                                    .map(each -> each.name() + " " + each.dtype() + " " + each.shapeText())
                                    .collect(Collectors.joining(", "))
                            + "; leave it out to compare on random inputs");
        }
        ParityInputs images = ParityInputs.read(
                file,
                shape.get(1).intValue(),
                shape.get(2).intValue(),
                shape.get(3).intValue());
        int batch = Math.max(1, shape.get(0).intValue());
        if (images.samples() < batch) {
            throw InputException.parameter(
                    "inputs",
                    "expected at least " + batch + " images, as many as the model takes at once, found "
                            + images.samples() + " in " + file);
        }
        List<Map<String, Tensor>> all = new ArrayList<>();
        for (int from = 0; from + batch <= images.samples(); from += batch) {
            all.add(Map.of(
                    spec.name(),
                    Tensor.of(images.range(from, from + batch), batch, shape.get(1), shape.get(2), shape.get(3))));
        }
        return all;
    }

    private static void put(ByteBuffer data, ElementType type, String name, Random random) {
        switch (type) {
            case FLOAT32 -> data.putFloat((float) random.nextGaussian());
            case FLOAT16 -> data.putShort(HalfPrecision.toFloat16((float) random.nextGaussian()));
            case FLOAT64 -> data.putDouble(random.nextGaussian());
            case UINT8 -> data.put((byte) random.nextInt(256));
            case INT64 -> data.putLong(whole(name, random));
            case INT32 -> data.putInt(whole(name, random));
            case BOOL -> data.put((byte) 1);
            default ->
                throw new InputException(
                        "Input " + name + ": expected numbers of float32, float16, float64, uint8, int32, int64"
                                + " or bool, found " + type.label());
        }
    }

    private static int whole(String name, Random random) {
        return name.contains("mask") ? 1 : name.contains("type") ? 0 : random.nextInt(TOKENS_OF_ANY_VOCABULARY);
    }

    /** Whether it takes whole numbers, such as those of tokens. */
    static boolean isWhole(TensorSpec spec) {
        ElementType type = type(spec);
        return type == ElementType.INT64 || type == ElementType.INT32;
    }

    private static ElementType type(TensorSpec spec) {
        return ElementType.ofLabel(spec.dtype())
                .orElseThrow(() -> new InputException(
                        "Input " + spec.name() + ": expected a tensor of numbers, found " + spec.dtype()));
    }
}
