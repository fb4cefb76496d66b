package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.DeltaStatistics;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadsFile;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.join.Group;
import ham.merge.kernel.Parallel;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsOutput;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Writes a merge folder: {@code merged.safetensors} (weight name -> delta [out, in], bias name -> delta [out], float32),
 * {@code groups.safetensors} (what each member brought, in join order: {@code groups.G.M.WEIGHT.lora_A} and {@code .lora_B}, pruned for ham,
 * the {@code .scaling} as one float64, and {@code groups.G.M.BIAS}), {@code merge.json}, the same for people in {@code README.md},
 * {@code heads.safetensors} where adapters have heads, and {@code head.safetensors} and {@code labels.txt} where they make one. It works
 * weight by weight, so that neither adapters nor deltas need to fit in memory.
 */
public final class MergeFolder {
    /** What was merged and how; the file by which a merge folder is known. */
    public static final String RECORD = "merge.json";

    static final String MERGED = "merged.safetensors";
    static final String GROUPS = "groups.safetensors";
    /** The head of each adapter, from which a replay makes its own. */
    static final String HEADS = "heads.safetensors";
    /** What was merged and how, for people. */
    static final String CARD = "README.md";

    static final String LABELS = "labels.txt";

    private final AdapterMerge result;
    private final PreparedMerge merge;
    /** The beginning of the names of each adapter's tensors, in the order of the merge. */
    private final Map<Integer, String> prefixes = new HashMap<>();

    private MergeFolder(AdapterMerge result) {
        this.result = result;
        this.merge = result.merge();
        for (int g = 0; g < merge.groups().size(); g++) {
            List<Group.Member> members = merge.groups().get(g).members();
            for (int m = 0; m < members.size(); m++) {
                prefixes.put(members.get(m).adapter(), factorPrefix(g, m));
            }
        }
    }

    /**
     * Fills an existing, empty folder.
     *
     * @param origin where the merge comes from, for the record and the card
     * @return the content of {@code merge.json}
     */
    public static ObjectNode write(Path folder, AdapterMerge result, MergeOrigin origin, MergeProgress progress)
            throws IOException {
        return new MergeFolder(result).write(folder, origin, progress);
    }

    /** As {@link #write(Path, AdapterMerge, MergeOrigin, MergeProgress)}, of no known origin and without a word. */
    public static ObjectNode write(Path folder, AdapterMerge result) throws IOException {
        return write(folder, result, MergeOrigin.UNKNOWN, MergeProgress.SILENT);
    }

    private ObjectNode write(Path folder, MergeOrigin origin, MergeProgress progress) throws IOException {
        SortedMap<String, float[]> biases = merge.biases();
        List<String> weights = new ArrayList<>(merge.shapes().keySet());
        List<DeltaStatistics> statistics;
        try (SafetensorsOutput merged = new SafetensorsOutput(folder.resolve(MERGED), mergedLayout(biases));
                SafetensorsOutput groups = new SafetensorsOutput(folder.resolve(GROUPS), groupsLayout())) {
            statistics = Parallel.map(
                    weights,
                    weight -> {
                        Matrix delta = merge.delta(
                                weight, (adapter, factors) -> write(groups, prefixes.get(adapter) + weight, factors));
                        merged.write(weight, delta.data());
                        return merge.statistics(delta);
                    },
                    done -> progress.at("merging", done, weights.size()));
            biases.forEach(merged::write);
            writeBiases(groups);
            merged.finish();
            groups.finish();
        }
        // Hashing reads every adapter once more; the record asks for one after the other.
        Parallel.map(
                result.adapters(),
                AdapterFolder::sha256,
                done -> progress.at("hashing", done, result.adapters().size()));
        ObjectNode record = MergeRecord.of(result, origin, weights, statistics);
        JsonFiles.write(folder.resolve(RECORD), record);
        Files.writeString(folder.resolve(CARD), MergeCard.of(record));
        List<Optional<NamedHead>> heads =
                result.adapters().stream().map(AdapterFolder::head).toList();
        if (heads.stream().anyMatch(Optional::isPresent)) {
            HeadsFile.write(folder.resolve(HEADS), heads);
        }
        if (result.head().isPresent()) {
            HeadFile.write(folder.resolve(AdapterFolder.HEAD), result.head().get());
            Files.writeString(
                    folder.resolve(LABELS),
                    String.join("\n", result.head().get().classes()) + "\n");
        }
        return record;
    }

    private SafetensorsOutput.Layout mergedLayout(SortedMap<String, float[]> biases) {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout();
        merge.shapes().forEach((weight, shape) -> layout.add(weight, DType.F32, shape.outputs(), shape.inputs()));
        biases.forEach((bias, delta) -> layout.add(bias, DType.F32, delta.length));
        return layout;
    }

    private SafetensorsOutput.Layout groupsLayout() {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout();
        for (int i = 0; i < merge.adapters().size(); i++) {
            String prefix = prefixes.get(i);
            AdapterSource adapter = merge.adapters().get(i);
            adapter.layers().forEach((weight, shape) -> layout.add(
                            prefix + weight + StoredAdapter.A, DType.F32, shape.rank(), shape.inputs())
                    .add(prefix + weight + StoredAdapter.B, DType.F32, shape.outputs(), shape.rank())
                    .add(prefix + weight + StoredAdapter.SCALING, DType.F64, 1));
            adapter.biases().forEach((bias, change) -> layout.add(prefix + bias, DType.F32, change.values().length));
        }
        return layout;
    }

    private static void write(SafetensorsOutput output, String name, LoraFactors factors) {
        output.write(name + StoredAdapter.A, factors.a().data());
        output.write(name + StoredAdapter.B, factors.b().data());
        output.write(name + StoredAdapter.SCALING, new double[] {factors.scaling()});
    }

    private void writeBiases(SafetensorsOutput groups) {
        for (int i = 0; i < merge.adapters().size(); i++) {
            String prefix = prefixes.get(i);
            merge.adapters().get(i).biases().forEach((bias, change) -> groups.write(prefix + bias, change.values()));
        }
    }

    static String factorPrefix(int group, int member) {
        return "groups." + group + "." + member + ".";
    }

    /**
     * The settings that a merge was made with.
     *
     * @throws InputException when the folder has no readable record
     */
    public static MergeSettings settings(Path folder) {
        Path file = folder.resolve(RECORD);
        return SettingsJson.read(file, JsonFiles.read(file, "the record of a merge folder"));
    }

    /**
     * Checks that these are the adapters that a merge was made from, in order.
     *
     * @throws InputException when one is missing, too many or another
     */
    public static void requireInputs(Path folder, List<AdapterFolder> adapters) {
        Path file = folder.resolve(RECORD);
        JsonNode inputs = JsonFiles.read(file, "the record of a merge folder").path("inputs");
        if (inputs.size() != adapters.size()) {
            throw new InputException(
                    file,
                    "expected the " + inputs.size() + " adapters that the merge was made from, found "
                            + adapters.size());
        }
        for (int i = 0; i < adapters.size(); i++) {
            AdapterFolder adapter = adapters.get(i);
            String made = inputs.path(i).path("sha256").asText();
            if (!made.equals(adapter.sha256())) {
                throw new InputException(
                        adapter.path(),
                        "is not adapter " + i + " of the merge " + folder + ": expected hash " + made + ", found "
                                + adapter.sha256() + "; give the adapters in their order");
            }
        }
    }
}
