package ham.merge.gram;

import ham.merge.InputException;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsOutput;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.tensor.Matrix;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SortedMap;

/**
 * {@code gram.safetensors} in an adapter folder: under the name of every adapted weight the Gram matrix of its inputs, float32, as [d, d], factors
 * [k, d] or the diagonal [d]. Weights that read the same inputs (query, key and value of a block) share one tensor: the metadata
 * names it.
 */
public final class GramFile {
    /** Its name in an adapter folder. */
    public static final String NAME = "gram.safetensors";

    private static final String SAME = "same as ";

    private final SafetensorsFile file;

    private GramFile(SafetensorsFile file) {
        this.file = file;
    }

    /**
     * Opens a file; reads its header only.
     *
     * @throws InputException when it is missing or damaged
     */
    public static GramFile open(Path path) {
        return new GramFile(SafetensorsFile.open(path));
    }

    /**
     * Writes a file.
     *
     * @param grams by name of the weight; the same object for weights that read the same inputs
     */
    public static void write(Path path, SortedMap<String, InputGram> grams) {
        SafetensorsWriter writer = new SafetensorsWriter();
        IdentityHashMap<InputGram, String> written = new IdentityHashMap<>();
        grams.forEach((weight, gram) -> {
            String same = written.putIfAbsent(gram, weight);
            if (same != null) {
                writer.metadata(SAME + weight, same);
            } else {
                long d = gram.inputs();
                writer.add(
                        weight,
                        gram.form() == GramForm.DIAGONAL
                                ? List.of(d)
                                : List.of((long) gram.values().rows(), d),
                        gram.values().data());
            }
        });
        writer.write(path);
    }

    /** Makes room for a Gram matrix in a file that is written piece by piece. */
    public static void layout(SafetensorsOutput.Layout layout, String name, InputGram gram) {
        layout.add(
                name,
                DType.F32,
                gram.form() == GramForm.DIAGONAL
                        ? new long[] {gram.inputs()}
                        : new long[] {gram.values().rows(), gram.inputs()});
    }

    /** Whether there is a Gram matrix for a weight. */
    public boolean has(String weight) {
        return file.has(tensor(weight));
    }

    private String tensor(String weight) {
        return file.metadata().getOrDefault(SAME + weight, weight);
    }

    /**
     * The Gram matrix of a weight's inputs.
     *
     * @param inputs width d that it must have
     * @throws InputException when the file has none, or one of another shape
     */
    public InputGram read(String weight, int inputs) {
        String tensor = tensor(weight);
        if (!file.has(tensor)) {
            throw new InputException(
                    file.path(),
                    "expected the Gram matrix of the inputs of '" + weight + "', found none; train the adapter again");
        }
        List<Long> shape = file.info(tensor).shape();
        boolean matrix = shape.size() == 2 && shape.get(1) == inputs && shape.get(0) <= inputs && shape.get(0) > 0;
        if (!matrix && !shape.equals(List.of((long) inputs))) {
            throw new InputException(
                    file.path(),
                    "tensor '" + tensor + "': expected a Gram matrix [" + inputs + ", " + inputs + "], factors [k, "
                            + inputs + "] or a diagonal [" + inputs + "], found the shape " + shape);
        }
        int rows = matrix ? shape.get(0).intValue() : 1;
        GramForm form = !matrix ? GramForm.DIAGONAL : rows == inputs ? GramForm.FULL : GramForm.FACTORS;
        return new InputGram(form, new Matrix(rows, inputs, file.floats(tensor)));
    }
}
