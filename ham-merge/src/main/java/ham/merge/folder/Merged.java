package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Place;
import ham.merge.head.HeadFile;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.method.Branch;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import ham.merge.tensor.Matrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A merge as an exporter needs it.
 *
 * @param deltas weight name -> delta [out, in]
 * @param branches weight name -> the addends that make up its delta; empty when only the deltas are known
 * @param head the head over all classes and their names
 * @param baseSha256 hash of the base it belongs to, empty when unknown
 * @param provenance what made it, for a model's metadata: {@code method}, {@code mode}, {@code parameters}, {@code adapters} (JSON texts)
 */
public record Merged(
        SortedMap<String, Matrix> deltas,
        SortedMap<String, List<Branch>> branches,
        Optional<NamedHead> head,
        Optional<String> baseSha256,
        SortedMap<String, String> provenance) {
    public Merged {
        deltas = Collections.unmodifiableSortedMap(new TreeMap<>(deltas));
        branches = Collections.unmodifiableSortedMap(new TreeMap<>(branches));
        provenance = Collections.unmodifiableSortedMap(new TreeMap<>(provenance));
    }

    /**
     * Reads a merge folder, or a bare safetensors file of deltas.
     *
     * @throws InputException when a file is missing or damaged
     */
    public static Merged read(Path path) {
        if (Files.isDirectory(path)) {
            return readFolder(path);
        }
        if (!Files.exists(path)) {
            throw new InputException(path, "expected a merge folder or a safetensors file of deltas, found nothing");
        }
        SafetensorsFile file = SafetensorsFile.open(path);
        SortedMap<String, String> provenance = new TreeMap<>();
        provenance.put("method", "deltas");
        provenance.put("merged_sha256", TensorHash.sha256(file));
        return new Merged(deltas(file), new TreeMap<>(), Optional.empty(), Optional.empty(), provenance);
    }

    private static Merged readFolder(Path folder) {
        Path recordFile = folder.resolve(MergeFolder.RECORD);
        ObjectNode record = JsonFiles.read(recordFile, "the record of a merge folder");
        SafetensorsFile merged = SafetensorsFile.open(folder.resolve(MergeFolder.MERGED));
        Path head = folder.resolve(AdapterFolder.HEAD);
        SortedMap<String, String> provenance = new TreeMap<>();
        provenance.put("method", record.path("method").asText());
        provenance.put("mode", record.path("mode").asText());
        provenance.put("parameters", record.path("parameters").toString());
        provenance.put("adapters", withoutPaths(record.path("inputs")).toString());
        provenance.put("merged_sha256", TensorHash.sha256(merged));
        SafetensorsFile factors = SafetensorsFile.open(folder.resolve(MergeFolder.GROUPS));
        SortedMap<String, Matrix> deltas = deltas(merged);
        return new Merged(
                deltas,
                BranchReader.read(recordFile, record, factors, deltas),
                record.hasNonNull("head") || Files.exists(head) ? Optional.of(HeadFile.read(head)) : Optional.empty(),
                Optional.ofNullable(record.path("base_sha256").textValue()),
                provenance);
    }

    /** Where an adapter lay on some machine says nothing about a model, and would change its bytes. */
    private static JsonNode withoutPaths(JsonNode inputs) {
        ArrayNode copy =
                inputs.isArray() ? inputs.deepCopy() : JsonFiles.object().arrayNode();
        for (JsonNode input : copy) {
            if (input instanceof ObjectNode object) {
                object.remove("path");
            }
        }
        return copy;
    }

    private static SortedMap<String, Matrix> deltas(SafetensorsFile file) {
        SortedMap<String, Matrix> deltas = new TreeMap<>();
        file.names().forEach(name -> deltas.put(name, file.matrix(name)));
        if (deltas.isEmpty()) {
            throw new InputException(file.path(), "expected deltas, found no tensor at all");
        }
        return deltas;
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
        SortedMap<String, Matrix> renamedDeltas = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        deltas.forEach((name, delta) -> {
            Place target = resolve(base, name);
            List<Long> expected = base.shape(target.name());
            List<Long> found = List.of((long) delta.rows(), (long) delta.columns());
            if (!expected.equals(found)) {
                throw new InputException(
                        base.directory(), "delta '" + name + "': expected the shape " + expected + ", found " + found);
            }
            if (places.stream().anyMatch(target::overlaps)) {
                throw new InputException(base.directory(), "two deltas mean the weight '" + target + "'");
            }
            places.add(target);
            renamedDeltas.put(target.name(), delta);
        });
        SortedMap<String, List<Branch>> renamedBranches = new TreeMap<>();
        branches.forEach((name, each) -> renamedBranches.put(resolve(base, name).name(), each));
        return new Merged(renamedDeltas, renamedBranches, head, baseSha256, provenance);
    }

    private static Place resolve(Checkpoint base, String name) {
        return base.resolve(name)
                .orElseThrow(() -> new InputException(
                        base.directory(), "expected a weight for the delta '" + name + "', found none of that name"));
    }

    /** This merge with another head. */
    public Merged withHead(NamedHead other) {
        return new Merged(deltas, branches, Optional.of(other), baseSha256, provenance);
    }

    /** A merge that changes nothing: the bare base. */
    public static Merged none() {
        return new Merged(new TreeMap<>(), new TreeMap<>(), Optional.empty(), Optional.empty(), new TreeMap<>());
    }

    /** The provenance under the keys that an exported model's metadata has ({@code ham.method}, ...). */
    public Map<String, String> metadata() {
        SortedMap<String, String> metadata = new TreeMap<>();
        provenance.forEach((key, value) -> metadata.put("ham." + key, value));
        return metadata;
    }
}
