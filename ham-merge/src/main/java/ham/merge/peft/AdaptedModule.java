package ham.merge.peft;

import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tensors of one adapted module and the delta that they make. A convolution is taken as the matrix [out, in h w] that its weight is in
 * memory, of which its delta is the product of its factors.
 */
final class AdaptedModule {
    private final SafetensorsFile file;
    private final String path;
    private final Map<String, String> tensors = new TreeMap<>();

    /**
     * No tensor yet.
     *
     * @param path of the module as the file has it
     */
    AdaptedModule(SafetensorsFile file, String path) {
        this.file = file;
        this.path = path;
    }

    /** Adds a tensor by the end of its name; gives what was there before, or null. */
    String put(String part, String tensor) {
        return tensors.put(part, tensor);
    }

    String path() {
        return path;
    }

    Optional<String> tensor(String part) {
        return Optional.ofNullable(tensors.get(part));
    }

    /**
     * Shape of the delta, with the rank and scaling of its factors.
     *
     * @throws InputException when a tensor is missing or of another shape than the others
     */
    LayerShape shape(PeftConfig config) {
        return switch (config.kind()) {
            case LORA, DORA -> lora(config);
            case LOHA -> loha(config);
            case LOKR -> lokr(config);
        };
    }

    private LayerShape lora(PeftConfig config) {
        List<Long> a = dimensions("lora_A.weight", "lora_B.weight");
        List<Long> b = dimensions("lora_B.weight", "lora_A.weight");
        boolean convolution = a.size() == 4 && b.size() == 4 && b.get(2) == 1 && b.get(3) == 1;
        if (!convolution) {
            requireMatrix("lora_A.weight", a);
            requireMatrix("lora_B.weight", b);
        }
        int rank = config.rank(path);
        if (a.get(0) != rank || b.get(1) != rank) {
            throw new InputException(
                    file.path(),
                    "module " + path + ": expected the rank " + rank + " of " + PeftReader.CONFIG + ", found A " + a
                            + " and B " + b);
        }
        LayerShape shape = shape(b.get(0), a.stream().skip(1).reduce(1L, AdaptedModule::times), rank, config);
        if (config.kind() == AdapterKind.DORA) {
            String magnitude = required("lora_magnitude_vector", "lora_A.weight");
            if (AdapterTensors.floats(file, magnitude).elements() != shape.outputs()) {
                AdapterTensors.requireShape(file, magnitude, List.of((long) shape.outputs()));
            }
        }
        return shape;
    }

    private LayerShape loha(PeftConfig config) {
        refuseTucker("hada_t1");
        refuseTucker("hada_t2");
        List<Long> first = product("hada_w1_a", "hada_w1_b");
        List<Long> second = product("hada_w2_a", "hada_w2_b");
        if (!first.equals(second)) {
            throw new InputException(
                    file.path(),
                    "module " + path + ": expected two products of one shape, found " + first + " and " + second);
        }
        return shape(first.get(0), first.get(1), config.rank(path), config);
    }

    private LayerShape lokr(PeftConfig config) {
        refuseTucker("lokr_t2");
        List<Long> first = oneOrProduct("lokr_w1");
        List<Long> second = oneOrProduct("lokr_w2");
        return shape(times(first.get(0), second.get(0)), times(first.get(1), second.get(1)), config.rank(path), config);
    }

    private static long times(long a, long b) {
        return a > 0 && b > Long.MAX_VALUE / a ? Long.MAX_VALUE : a * b;
    }

    private LayerShape shape(long outputs, long inputs, int rank, PeftConfig config) {
        if (outputs < 1 || inputs < 1 || outputs > Integer.MAX_VALUE / inputs) {
            throw new InputException(
                    file.path(),
                    "module " + path + ": expected a delta of 1 to " + Integer.MAX_VALUE + " entries, found " + outputs
                            + " x " + inputs);
        }
        return new LayerShape((int) outputs, (int) inputs, rank, config.scaling(path));
    }

    private void refuseTucker(String part) {
        if (tensors.containsKey(part)) {
            throw new InputException(
                    file.path(),
                    "module " + path + ": expected products of two matrices, found '" + tensors.get(part)
                            + "' of use_effective_conv2d, which ham cannot merge");
        }
    }

    private List<Long> product(String left, String right) {
        List<Long> a = dimensions(left, right);
        List<Long> b = dimensions(right, left);
        requireMatrix(left, a);
        requireMatrix(right, b);
        if (!a.get(1).equals(b.get(0))) {
            throw new InputException(
                    file.path(),
                    "module " + path + ": expected a product of " + left + " and " + right + ", found the shapes " + a
                            + " and " + b);
        }
        return List.of(a.get(0), b.get(1));
    }

    private List<Long> oneOrProduct(String part) {
        if (!tensors.containsKey(part)) {
            return product(part + "_a", part + "_b");
        }
        List<Long> whole = dimensions(part, part);
        if (whole.size() != 2 && whole.size() != 4) {
            requireMatrix(part, whole);
        }
        return List.of(whole.get(0), whole.stream().skip(1).reduce(1L, AdaptedModule::times));
    }

    private String required(String part, String other) {
        return tensor(part)
                .orElseThrow(() -> new InputException(
                        file.path(),
                        "expected '" + AdapterTensors.PREFIX + path + "." + part + "' beside '"
                                + tensors.getOrDefault(
                                        other, tensors.values().iterator().next())
                                + "', found none of that name"));
    }

    private List<Long> dimensions(String part, String other) {
        return AdapterTensors.floats(file, required(part, other)).shape();
    }

    private void requireMatrix(String part, List<Long> shape) {
        if (shape.size() != 2) {
            throw new InputException(
                    file.path(),
                    "tensor '" + tensors.get(part) + "': expected a matrix, found the shape " + shape
                            + (shape.size() == 3 || shape.size() == 4
                                    ? " of a convolution, which ham cannot merge"
                                    : ""));
        }
    }

    /** A tensor as a matrix: what comes after its first dimension side by side. */
    private Matrix matrix(String part) {
        String tensor = tensors.get(part);
        List<Long> shape = file.info(tensor).shape();
        int rows = Math.toIntExact(shape.get(0));
        int columns = rows == 0 ? 0 : Math.toIntExact(file.info(tensor).elements() / rows);
        return new Matrix(rows, columns, file.floats(tensor));
    }

    /** The factors of LoRA. */
    LoraFactors factors(double scaling) {
        return new LoraFactors(matrix("lora_A.weight"), matrix("lora_B.weight"), scaling);
    }

    /**
     * The delta [out, in], in float32 from sums in double.
     *
     * @param base the weight that it is added to, for DoRA
     */
    Matrix delta(AdapterKind kind, double scaling, Matrix base) {
        return switch (kind) {
            case LORA -> scaled(times(matrix("lora_B.weight"), matrix("lora_A.weight")), scaling);
            case DORA -> dora(scaled(times(matrix("lora_B.weight"), matrix("lora_A.weight")), scaling), base);
            case LOHA -> {
                double[] first = times(matrix("hada_w1_a"), matrix("hada_w1_b"));
                double[] second = times(matrix("hada_w2_a"), matrix("hada_w2_b"));
                for (int i = 0; i < first.length; i++) {
                    first[i] *= second[i];
                }
                yield scaled(first, scaling, base.rows());
            }
            case LOKR -> kronecker(factor("lokr_w1"), factor("lokr_w2"), scaling);
        };
    }

    private Matrix scaled(double[] values, double scaling) {
        return scaled(values, scaling, matrix("lora_B.weight").rows());
    }

    private static Matrix scaled(double[] values, double scaling, int rows) {
        Matrix scaled = Matrix.zeros(rows, values.length / rows);
        for (int i = 0; i < values.length; i++) {
            scaled.data()[i] = (float) (scaling * values[i]);
        }
        return scaled;
    }

    private Matrix dora(Matrix change, Matrix base) {
        float[] magnitude = file.floats(tensors.get("lora_magnitude_vector"));
        Matrix delta = Matrix.zeros(base.rows(), base.columns());
        for (int o = 0; o < base.rows(); o++) {
            double squares = 0;
            for (int i = 0; i < base.columns(); i++) {
                double entry = (double) base.get(o, i) + change.get(o, i);
                squares += entry * entry;
            }
            if (squares == 0) {
                throw new InputException(
                        file.path(), "module " + path + ": expected rows that are not zero for DoRA, found row " + o);
            }
            double factor = magnitude[o] / Math.sqrt(squares);
            for (int i = 0; i < base.columns(); i++) {
                double entry = (double) base.get(o, i) + change.get(o, i);
                delta.data()[o * base.columns() + i] = (float) (factor * entry - base.get(o, i));
            }
        }
        return delta;
    }

    private Matrix factor(String part) {
        return tensors.containsKey(part)
                ? matrix(part)
                : scaled(
                        times(matrix(part + "_a"), matrix(part + "_b")),
                        1,
                        matrix(part + "_a").rows());
    }

    private static Matrix kronecker(Matrix first, Matrix second, double scaling) {
        int columns = first.columns() * second.columns();
        Matrix product = Matrix.zeros(first.rows() * second.rows(), columns);
        for (int i = 0; i < product.rows(); i++) {
            for (int j = 0; j < columns; j++) {
                product.data()[i * columns + j] = (float) (scaling
                        * first.get(i / second.rows(), j / second.columns())
                        * second.get(i % second.rows(), j % second.columns()));
            }
        }
        return product;
    }

    private static double[] times(Matrix a, Matrix b) {
        double[] product = new double[a.rows() * b.columns()];
        for (int o = 0; o < a.rows(); o++) {
            for (int r = 0; r < a.columns(); r++) {
                double left = a.get(o, r);
                for (int i = 0; i < b.columns(); i++) {
                    product[o * b.columns() + i] += left * b.get(r, i);
                }
            }
        }
        return product;
    }
}
