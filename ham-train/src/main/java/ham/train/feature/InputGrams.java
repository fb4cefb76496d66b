package ham.train.feature;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ham.merge.gram.InputGram;
import ham.merge.tensor.Matrix;
import ham.train.data.Examples;
import ham.train.engine.TensorArrays;
import ham.train.input.Batch;
import ham.train.input.BatchStream;
import ham.train.input.InputReader;
import ham.train.input.InputSource;
import ham.train.vit.VitForward;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Gram matrices {@code X^T X} of what adapted layers read when images pass through a model with fixed deltas: over all tokens of all images, in double. */
public final class InputGrams implements AutoCloseable {
    private static final int BATCH = 50;

    private final VitForward vit;
    private final NDManager manager;
    private final Map<String, NDArray> effective = new HashMap<>();
    /** Of the first layer that reads an input. */
    private final Map<String, NDArray> sums = new HashMap<>();
    /** Every adapted layer, and the first that reads the same. */
    private final Map<String, String> readers = new HashMap<>();

    private InputGrams(VitForward vit, SortedMap<String, Matrix> deltas) {
        this.vit = vit;
        manager = vit.engine().newManager();
        deltas.forEach((name, delta) -> {
            NDArray sum = manager.create(delta.data(), new Shape(delta.rows(), delta.columns()));
            sum.addi(vit.weight(name));
            effective.put(name, sum);
        });
    }

    /**
     * Of every weight that deltas change.
     *
     * @param deltas weight name to [out, in]
     * @param rule what is left of each
     * @return the same object for weights that read the same
     */
    public static SortedMap<String, InputGram> of(
            VitForward vit,
            SortedMap<String, Matrix> deltas,
            Examples images,
            int[] indices,
            InputReader reader,
            GramRule rule) {
        try (InputGrams grams = new InputGrams(vit, deltas)) {
            grams.read(reader.open(images, indices));
            return grams.matrices(rule);
        }
    }

    private void read(InputSource source) {
        int count = source.size();
        int batches = (count + BATCH - 1) / BATCH;
        try (BatchStream stream = new BatchStream(source, Math.min(BATCH, count), batches, (number, writer) -> {
            int[] chosen = IntStream.range(number * BATCH, Math.min((number + 1) * BATCH, count))
                    .toArray();
            writer.add(chosen);
            return new int[chosen.length];
        })) {
            for (int number = 0; number < batches; number++) {
                Batch batch = stream.next();
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    IdentityHashMap<NDArray, String> first = new IdentityHashMap<>();
                    vit.listen((name, input) -> add(name, input, first));
                    vit.features(
                            TensorArrays.of(manager, vit.inputs(), batch.inputs())
                                    .get(0),
                            effective);
                }
            }
        }
    }

    private void add(String name, NDArray input, IdentityHashMap<NDArray, String> first) {
        if (!effective.containsKey(name)) {
            return;
        }
        String same = first.putIfAbsent(input, name);
        readers.put(name, same == null ? name : same);
        if (same == null) {
            long d = input.getShape().get(input.getShape().dimension() - 1);
            NDArray tokens = input.reshape(-1, d).toType(DataType.FLOAT64, true);
            NDArray gram = tokens.transpose().matMul(tokens);
            if (sums.containsKey(name)) {
                sums.get(name).addi(gram);
            } else {
                gram.attach(manager);
                NDScope.unregister(gram);
                sums.put(name, gram);
            }
        }
    }

    private SortedMap<String, InputGram> matrices(GramRule rule) {
        Map<String, InputGram> first = new HashMap<>();
        sums.forEach((name, sum) -> {
            int d = (int) sum.getShape().get(0);
            Matrix gram = Matrix.zeros(d, d);
            double[] values = sum.toDoubleArray();
            for (int i = 0; i < values.length; i++) {
                gram.data()[i] = (float) values[i];
            }
            first.put(name, rule.of(InputGram.full(gram)));
        });
        SortedMap<String, InputGram> grams = new TreeMap<>();
        readers.forEach((name, reader) -> grams.put(name, first.get(reader)));
        return grams;
    }

    @Override
    public void close() {
        vit.listen((name, input) -> {});
        manager.close();
    }
}
