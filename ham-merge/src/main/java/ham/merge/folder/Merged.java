package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.LayerName;
import ham.merge.combine.Branch;
import ham.merge.encoder.Part;
import ham.merge.encoder.Place;
import ham.merge.head.NamedHead;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * A merge as an exporter needs it.
 *
 * @param deltas weight name -> delta [out, in]
 * @param biases bias name -> delta [out]
 * @param branches weight name -> the addends that make up its delta; empty when only the deltas are known
 * @param head the head over all classes and their names
 * @param baseSha256 hash of the base it belongs to, empty when unknown
 * @param provenance what made it, for a model's metadata: {@code method}, {@code mode}, {@code parameters}, {@code adapters} (JSON texts)
 */
public record Merged(
        SortedMap<String, Matrix> deltas,
        SortedMap<String, float[]> biases,
        SortedMap<String, List<Branch>> branches,
        Optional<NamedHead> head,
        Optional<String> baseSha256,
        SortedMap<String, String> provenance) {
    public Merged {
        deltas = Collections.unmodifiableSortedMap(new TreeMap<>(deltas));
        biases = Collections.unmodifiableSortedMap(new TreeMap<>(biases));
        branches = Collections.unmodifiableSortedMap(new TreeMap<>(branches));
        provenance = Collections.unmodifiableSortedMap(new TreeMap<>(provenance));
    }

    /**
     * The same with other names of the head's classes.
     *
     * @throws InputException when there is no head, or not one name a class
     */
    public Merged named(List<String> classes) {
        NamedHead named = head.orElseThrow(() -> InputException.parameter(
                        "labels", "expected a merge with a head to name the classes of, found none"))
                .named(classes);
        return new Merged(deltas, biases, branches, Optional.of(named), baseSha256, provenance);
    }

    /**
     * Reads a merge folder, or a bare safetensors file of deltas.
     *
     * @throws InputException when a file is missing or damaged
     */
    public static Merged read(Path path) {
        return Files.isDirectory(path) ? MergeFolder.open(path).merged() : file(path);
    }

    /**
     * The same without the addends of the deltas.
     *
     * @throws InputException when a file is missing or damaged
     */
    public static Merged readSums(Path path) {
        return Files.isDirectory(path) ? MergeFolder.open(path).sums() : file(path);
    }

    private static Merged file(Path path) {
        if (!Files.exists(path)) {
            throw new InputException(path, "expected a merge folder or a safetensors file of deltas, found nothing");
        }
        SortedMap<String, String> provenance = new TreeMap<>();
        provenance.put("method", "deltas");
        return of(SafetensorsFile.open(path), provenance);
    }

    /** What a file of deltas holds; its hash is taken beside reading it, and added to the provenance. */
    static Merged of(SafetensorsFile file, SortedMap<String, String> provenance) {
        CompletableFuture<String> hash = CompletableFuture.supplyAsync(() -> TensorHash.sha256(file));
        SortedMap<String, Matrix> deltas = deltas(file);
        SortedMap<String, String> whole = new TreeMap<>(provenance);
        whole.put("merged_sha256", result(hash));
        return new Merged(deltas, biases(file), new TreeMap<>(), Optional.empty(), Optional.empty(), whole);
    }

    private static String result(CompletableFuture<String> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private static SortedMap<String, Matrix> deltas(SafetensorsFile file) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        file.names().stream().filter(name -> !isBias(file, name)).forEach(name -> deltas.put(name, file.matrix(name)));
        if (file.names().isEmpty()) {
            throw new InputException(file.path(), "expected deltas, found no tensor at all");
        }
        return deltas;
    }

    private static SortedMap<String, float[]> biases(SafetensorsFile file) {
        SortedMap<String, float[]> biases = new TreeMap<>();
        file.names().stream().filter(name -> isBias(file, name)).forEach(name -> biases.put(name, file.floats(name)));
        return biases;
    }

    private static boolean isBias(SafetensorsFile file, String name) {
        return (name.endsWith(".bias") || name.endsWith(".weight"))
                && file.info(name).shape().size() == 1;
    }

    /**
     * The same merge with the checkpoint's names.
     *
     * @param base what the merge is to be added to
     * @param sha256 the hash of {@code base}
     * @throws InputException when it was made for another base, or names a weight that the base lacks or has in another shape
     */
    public Merged onto(Checkpoint base, String sha256) {
        baseSha256.filter(made -> !made.equals(sha256)).ifPresent(made -> {
            throw new InputException(
                    base.directory(),
                    "is not the base that this merge was made for: expected hash " + made + ", found " + sha256);
        });
        if (hasPooler() && !readsPooler(base)) {
            return classifying(base).onto(base, sha256);
        }
        Map<String, Place> places = places(base);
        SortedMap<String, Matrix> renamedDeltas = new TreeMap<>();
        deltas.forEach((name, delta) -> {
            requireShape(base, name, places.get(name), List.of((long) delta.rows(), (long) delta.columns()));
            renamedDeltas.put(places.get(name).name(), delta);
        });
        SortedMap<String, float[]> renamedBiases = new TreeMap<>();
        biases.forEach((name, delta) -> {
            requireShape(base, name, places.get(name), List.of((long) delta.length));
            renamedBiases.put(places.get(name).name(), delta);
        });
        SortedMap<String, List<Branch>> renamedBranches = new TreeMap<>();
        branches.forEach((name, each) -> renamedBranches.put(places.get(name).name(), each));
        return new Merged(renamedDeltas, renamedBiases, renamedBranches, head, baseSha256, provenance);
    }

    /** The same without what the base's feature and classifier never read: the pooler of a bare model. */
    public Merged classifying(Checkpoint base) {
        if (!hasPooler() || readsPooler(base)) {
            return this;
        }
        SortedMap<String, Matrix> read = new TreeMap<>(deltas);
        SortedMap<String, float[]> readBiases = new TreeMap<>(biases);
        SortedMap<String, List<Branch>> readBranches = new TreeMap<>(branches);
        List.of(read, readBiases, readBranches).forEach(each -> each.keySet().removeIf(Merged::isPooler));
        return new Merged(read, readBiases, readBranches, head, baseSha256, provenance);
    }

    private boolean readsPooler(Checkpoint base) {
        return base.readBy(head).encoder().readsPooler();
    }

    private boolean hasPooler() {
        return Stream.concat(deltas.keySet().stream(), biases.keySet().stream()).anyMatch(Merged::isPooler);
    }

    /** Whether a name means the pooler, which an exported classifier may lack. */
    public static boolean isPooler(String name) {
        return LayerName.parse(name)
                .filter(layer -> layer.part() == Part.POOLER)
                .isPresent();
    }

    /** Where everything that is changed lies; no two names may mean the same rows. */
    private Map<String, Place> places(Checkpoint base) {
        Map<String, Place> places = new HashMap<>();
        Stream.concat(deltas.keySet().stream(), biases.keySet().stream()).forEach(name -> {
            Place place = resolve(base, name);
            if (places.values().stream().anyMatch(place::overlaps)) {
                String what = deltas.containsKey(name) ? "weight" : "bias";
                throw new InputException(base.directory(), "two deltas mean the " + what + " '" + place + "'");
            }
            places.put(name, place);
        });
        branches.keySet().forEach(name -> places.computeIfAbsent(name, each -> resolve(base, each)));
        return places;
    }

    private static Place resolve(Checkpoint base, String name) {
        return base.resolve(name)
                .orElseThrow(() -> new InputException(
                        base.directory(), "expected a weight for the delta '" + name + "', found none of that name"));
    }

    private static void requireShape(Checkpoint base, String name, Place place, List<Long> found) {
        List<Long> expected = base.layerShape(place.name());
        if (!expected.equals(found)) {
            throw new InputException(
                    base.directory(), "delta '" + name + "': expected the shape " + expected + ", found " + found);
        }
    }

    /** This merge with another head. */
    public Merged withHead(NamedHead other) {
        return new Merged(deltas, biases, branches, Optional.of(other), baseSha256, provenance);
    }

    /** A merge that changes nothing: the bare base. */
    public static Merged none() {
        return new Merged(
                new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), Optional.empty(), Optional.empty(), new TreeMap<>());
    }

    /** The provenance under the keys that an exported model's metadata has ({@code ham.method}, ...). */
    public Map<String, String> metadata() {
        SortedMap<String, String> metadata = new TreeMap<>();
        provenance.forEach((key, value) -> metadata.put("ham." + key, value));
        return metadata;
    }
}
