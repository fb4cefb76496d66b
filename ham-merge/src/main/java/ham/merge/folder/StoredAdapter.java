package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.LayerName;
import ham.merge.gram.GramFile;
import ham.merge.gram.InputGram;
import ham.merge.record.AdapterRecord;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What one adapter brought to a merge, in {@code groups.safetensors}; factors are read when they are asked for. */
final class StoredAdapter implements AdapterSource {
    static final String A = ".lora_A";
    static final String B = ".lora_B";
    static final String SCALING = ".scaling";

    private final String name;
    private final String prefix;
    private final SafetensorsFile file;
    private final Optional<GramFile> grams;
    private final boolean fanInFanOut;
    private final Optional<String> ownFirst;
    private final SortedMap<String, LayerShape> layers = new TreeMap<>();
    private final SortedMap<String, String> biases = new TreeMap<>();

    /**
     * Checks the tensors of an adapter by the file's header.
     *
     * @param prefix what their names begin with
     * @param grams of the merge's adapters, where it was made with them
     * @param input what the merge recorded of the adapter
     * @param unused names of tensors; those of this adapter are taken out
     * @throws InputException when factors are incomplete or do not fit together
     */
    StoredAdapter(
            String name,
            String prefix,
            SafetensorsFile file,
            Optional<GramFile> grams,
            Optional<AdapterRecord> input,
            NavigableSet<String> unused) {
        this.grams = grams;
        this.name = name;
        this.prefix = prefix;
        this.file = file;
        this.fanInFanOut = input.map(AdapterRecord::fanInFanOut).orElse(false);
        this.ownFirst = input.map(each -> each.called().weight());
        // The prefix ends in a dot, and what begins with it sorts before a slash in its place.
        NavigableSet<String> own = unused.subSet(prefix, true, prefix.substring(0, prefix.length() - 1) + "/", false);
        for (String tensor : List.copyOf(own)) {
            if (tensor.endsWith(A)) {
                String stem = tensor.substring(0, tensor.length() - A.length());
                layers.put(stem.substring(prefix.length()), shape(stem));
                List.of(stem + A, stem + B, stem + SCALING).forEach(own::remove);
            } else if (!tensor.endsWith(B) && !tensor.endsWith(SCALING)) {
                shape(tensor, 1);
                biases.put(tensor.substring(prefix.length()), tensor);
                own.remove(tensor);
            }
        }
    }

    private LayerShape shape(String stem) {
        List<Long> a = shape(stem + A, 2);
        List<Long> b = shape(stem + B, 2);
        if (file.info(stem + SCALING).dtype() != DType.F64
                || file.info(stem + SCALING).elements() != 1) {
            throw new InputException(file.path(), "tensor '" + stem + SCALING + "': expected one float64");
        }
        double scaling = file.bytes(stem + SCALING).getDouble(0);
        String problem = "";
        if (!a.get(0).equals(b.get(1))) {
            problem = "A has rank " + a.get(0) + ", B has rank " + b.get(1);
        } else if (!Double.isFinite(scaling)) {
            problem = "expected a finite scaling, found " + scaling;
        } else if (b.get(0) * a.get(1) > Integer.MAX_VALUE) {
            problem = "expected a delta of at most " + Integer.MAX_VALUE + " entries, found " + b.get(0) + " x "
                    + a.get(1);
        }
        if (!problem.isEmpty()) {
            throw new InputException(file.path(), "the factors of '" + stem + "' do not fit: " + problem);
        }
        return new LayerShape(b.get(0).intValue(), a.get(1).intValue(), a.get(0).intValue(), scaling);
    }

    private List<Long> shape(String tensor, int dimensions) {
        List<Long> shape = file.info(tensor).shape();
        if (shape.size() != dimensions || shape.stream().anyMatch(size -> size < 1 || size > Integer.MAX_VALUE)) {
            throw new InputException(
                    file.path(),
                    "tensor '" + tensor + "': expected a " + (dimensions == 1 ? "vector" : "matrix")
                            + ", found the shape " + shape);
        }
        return shape;
    }

    @Override
    public String name() {
        return name;
    }

    /** As the adapter's own files, of which the merge recorded the first name. */
    @Override
    public String ownName(String weight) {
        if (layers.isEmpty() || ownFirst.isEmpty()) {
            return weight;
        }
        return weight.equals(layers.firstKey())
                ? ownFirst.get()
                : LayerName.like(ownFirst.get(), weight).orElse(weight);
    }

    @Override
    public boolean fanInFanOut() {
        return fanInFanOut;
    }

    @Override
    public SortedMap<String, LayerShape> layers() {
        return Collections.unmodifiableSortedMap(layers);
    }

    @Override
    public LoraFactors factors(String weight) {
        LayerShape shape = layers.get(weight);
        if (shape == null) {
            throw new IllegalArgumentException(name + " does not adapt " + weight);
        }
        return new LoraFactors(file.matrix(prefix + weight + A), file.matrix(prefix + weight + B), shape.scaling());
    }

    @Override
    public boolean hasGrams() {
        return grams.filter(all -> layers.keySet().stream().allMatch(weight -> all.has(prefix + weight)))
                .isPresent();
    }

    @Override
    public Optional<InputGram> gram(String weight) {
        return grams.filter(all -> all.has(prefix + weight))
                .map(all -> all.read(prefix + weight, layers.get(weight).inputs()));
    }

    @Override
    public SortedMap<String, BiasChange> biases() {
        SortedMap<String, BiasChange> read = new TreeMap<>();
        biases.forEach((bias, tensor) -> read.put(bias, new BiasChange(file.floats(tensor), false)));
        return read;
    }
}
