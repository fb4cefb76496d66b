package ham.merge.folder;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.combine.Branch;
import ham.merge.compare.SimilarityMatrix;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadsFile;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.join.Importance;
import ham.merge.plan.MergeSettings;
import ham.merge.record.AdapterRecord;
import ham.merge.record.HamRecord;
import ham.merge.record.Importances;
import ham.merge.record.MergeMode;
import ham.merge.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A merge folder, read and written: {@code merged.safetensors} (weight name -> delta [out, in], bias name -> delta [out], float32),
 * {@code groups.safetensors} (what each member brought, in join order: {@code groups.G.M.WEIGHT.lora_A} and {@code .lora_B}, pruned for ham,
 * the {@code .scaling} as one float64, and {@code groups.G.M.BIAS}), {@code merge.json}, the same for people in {@code README.md},
 * {@code heads.safetensors} where adapters have heads, and {@code head.safetensors} and {@code labels.txt} where they make one.
 */
public final class MergeFolder {
    /** What was merged and how; the file by which a merge folder is known. */
    public static final String RECORD = "merge.json";

    static final String MERGED = "merged.safetensors";
    static final String GROUPS = "groups.safetensors";
    /** Gram matrices of a least-squares merge, under the names of its factors in {@link #GROUPS}. */
    static final String GRAMS = "grams.safetensors";
    /** The head of each adapter, from which a merge that goes on makes its own. */
    static final String HEADS = "heads.safetensors";
    /** What was merged and how, for people. */
    static final String CARD = "README.md";

    static final String LABELS = "labels.txt";

    private final Path folder;
    private final Path file;
    private final MergeRecord record;

    private MergeFolder(Path folder, Path file, MergeRecord record) {
        this.folder = folder;
        this.file = file;
        this.record = record;
    }

    /**
     * Opens a folder: reads its record and no tensor.
     *
     * @throws InputException when there is no record, or it is damaged
     */
    public static MergeFolder open(Path folder) {
        Path file = folder.resolve(RECORD);
        ObjectNode json = JsonFiles.read(file, "the record of a merge folder");
        return new MergeFolder(folder, file, JsonRecords.read(file, json, MergeRecord.class));
    }

    /**
     * Fills an existing, empty folder.
     *
     * @param origin where the merge comes from, for the record and the card
     * @return the content of {@code merge.json}
     */
    public static MergeRecord write(Path folder, AdapterMerge result, MergeOrigin origin, MergeProgress progress)
            throws IOException {
        return new MergeFolderWriter(result).write(folder, origin, progress);
    }

    /** As {@link #write(Path, AdapterMerge, MergeOrigin, MergeProgress)}, of no known origin and without a word. */
    public static MergeRecord write(Path folder, AdapterMerge result) throws IOException {
        return write(folder, result, MergeOrigin.UNKNOWN, MergeProgress.SILENT);
    }

    /** What was merged and how. */
    public MergeRecord record() {
        return record;
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
        return open(folder).settings();
    }

    /** The settings that the merge was made with. */
    public MergeSettings settings() {
        return SettingsJson.read(file, record.method(), record.parameters());
    }

    /**
     * Checks that these are the adapters that a merge was made from, in order.
     *
     * @throws InputException when one is missing, too many or another
     */
    public static void requireInputs(Path folder, List<AdapterFolder> adapters) {
        open(folder).requireInputs(adapters);
    }

    private void requireInputs(List<AdapterFolder> adapters) {
        if (record.inputs().size() != adapters.size()) {
            throw new InputException(
                    file,
                    "expected the " + record.inputs().size() + " adapters that the merge was made from, found "
                            + adapters.size());
        }
        for (int i = 0; i < adapters.size(); i++) {
            AdapterFolder adapter = adapters.get(i);
            String made = record.inputs().get(i).sha256();
            if (!adapter.sha256().equals(made)) {
                throw new InputException(
                        adapter.path(),
                        "is not adapter " + i + " of the merge " + folder + ": expected hash " + made + ", found "
                                + adapter.sha256() + "; give the adapters in their order");
            }
        }
    }

    /**
     * The deltas, as an exporter needs them.
     *
     * @throws InputException when a file is missing or damaged, or files disagree
     */
    public Merged merged() {
        Merged sums = sums();
        SortedMap<String, List<Branch>> branches = new TreeMap<>();
        readBranches(sums, (weight, branch) -> branches.computeIfAbsent(weight, key -> new ArrayList<>())
                .add(branch));
        return new Merged(sums.deltas(), sums.biases(), branches, sums.head(), sums.baseSha256(), sums.provenance());
    }

    /**
     * Reads all that {@link #merged} reads, and keeps nothing.
     *
     * @throws InputException as {@link #merged}
     */
    public void check() {
        readBranches(sums(), (weight, branch) -> {});
    }

    private void readBranches(Merged sums, BranchReader.Sink sink) {
        MergeSettings settings = settings();
        if (settings.factored()) {
            BranchReader.read(file, record, settings, folder.resolve(GROUPS), sums.deltas(), sink);
        }
    }

    /** The same without the addends of the deltas. */
    Merged sums() {
        SafetensorsFile merged = SafetensorsFile.open(folder.resolve(MERGED));
        Path head = folder.resolve(AdapterFolder.HEAD);
        SortedMap<String, String> provenance = new TreeMap<>();
        provenance.put("method", record.method() == null ? "" : record.method().optionName());
        provenance.put("mode", record.mode() == null ? "" : record.mode().optionName());
        provenance.put("parameters", String.valueOf(record.parameters()));
        provenance.put("adapters", identities().toString());
        Merged bare = Merged.of(merged, provenance);
        return new Merged(
                bare.deltas(),
                bare.biases(),
                new TreeMap<>(),
                record.head() != null || Files.exists(head) ? Optional.of(HeadFile.read(head)) : Optional.empty(),
                Optional.ofNullable(record.baseSha256()),
                bare.provenance());
    }

    /** What a model's metadata says of each adapter: where it lay on some machine would change the model's bytes. */
    private ArrayNode identities() {
        ArrayNode identities = JsonFiles.object().arrayNode();
        for (AdapterRecord input : record.inputs()) {
            ObjectNode identity =
                    identities.addObject().put("adapter", input.adapter()).put("sha256", input.sha256());
            if (input.classes() != null) {
                identity.set("classes", JsonFiles.tree(input.classes()));
            }
        }
        return identities;
    }

    /**
     * How similar the adapters are, as they are in the merge; the work grows with the square of their number.
     *
     * @throws InputException when a file of the folder is missing or damaged
     */
    public MergeSimilarity similarity(MergeProgress progress) {
        List<List<StoredAdapter>> stored = StoredGroups.open(record, folder.resolve(GROUPS));
        return new MergeSimilarity(
                SimilarityMatrix.of(stored.stream().flatMap(List::stream).toList(), progress),
                stored.stream().map(List::size).toList());
    }

    /**
     * What the merge was made from, so that it can be made again.
     *
     * @throws InputException when a file is missing or damaged, or when files disagree
     */
    public StoredMerge stored() {
        MergeSettings settings = settings();
        List<List<StoredAdapter>> groups = StoredGroups.open(record, folder.resolve(GROUPS));
        int count = record.steps().size();
        if (count == 0 || record.inputs().size() != count) {
            throw wrong(
                    "steps, inputs",
                    "one of each for every adapter",
                    count + " steps and " + record.inputs().size() + " inputs");
        }
        Optional<HeadsFile> heads = heads(count);
        int[] joined = new int[groups.size()];
        List<AdapterFolder> adapters = new ArrayList<>();
        List<Importance> weights = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MergeRecord.Step step = record.steps().get(i);
            int group = record.ham() ? group(step.group(), groups.size()) : 0;
            StoredAdapter adapter = member(groups, group, joined[group]++, step);
            Importance weight = record.ham()
                    ? Importances.read(file, "steps, alpha", step.alpha(), step.layerAlphas())
                    : Importances.read(file, "steps, weight", step.weight(), step.layerWeights());
            weights.add(weight);
            int place = i;
            Optional<NamedHead> head = heads.flatMap(each -> each.head(place));
            adapters.add(adapter(record.inputs().get(i), adapter, record.ham() ? weight : Importance.ONE, head));
        }
        int members = groups.stream().mapToInt(List::size).sum();
        if (members != count) {
            throw wrong("groups", "the " + count + " adapters of its steps", members + " members");
        }
        if (record.mode() == null) {
            throw wrong("mode", "sequential or independent", "none");
        }
        return new StoredMerge(
                folder,
                adapters,
                weights,
                settings,
                record.mode(),
                request(),
                Optional.ofNullable(record.base()).map(Path::of));
    }

    private Optional<HeadsFile> heads(int adapters) {
        Path headsFile = folder.resolve(HEADS);
        if (Files.exists(headsFile)) {
            return Optional.of(HeadsFile.open(headsFile, adapters));
        }
        if (record.head() != null) {
            throw old("the heads of its adapters (" + HEADS + ")");
        }
        return Optional.empty();
    }

    private int group(Integer index, int groups) {
        if (index == null || index < 0 || index >= groups) {
            throw wrong("steps, group", "the index of one of the " + groups + " groups", String.valueOf(index));
        }
        return index;
    }

    private StoredAdapter member(List<List<StoredAdapter>> groups, int group, int member, MergeRecord.Step step) {
        if (groups.isEmpty()
                || groups.get(group).size() <= member
                || !groups.get(group).get(member).name().equals(step.adapter())) {
            throw wrong(
                    "groups",
                    "adapter '" + step.adapter() + "' as member " + member + " of group " + group
                            + ", as its steps say",
                    "another");
        }
        return groups.get(group).get(member);
    }

    /** Merges of ham 0.1 have no record of each adapter: enough for a merge that goes on unless it needs the scalars of groups. */
    private AdapterFolder adapter(
            AdapterRecord input, StoredAdapter adapter, Importance alpha, Optional<NamedHead> head) {
        if (!adapter.name().equals(input.adapter()) || input.sha256() == null || input.path() == null) {
            throw wrong(
                    "inputs",
                    "adapter '" + adapter.name() + "' with its path and sha256, in the order of the steps",
                    JsonRecords.tree(input).toString());
        }
        boolean old = input.mode() == null;
        if (old && record.mode() == MergeMode.SEQUENTIAL) {
            throw old("the scalars that its groups were trained with (group_alphas)");
        }
        HamRecord own = input.record(file);
        HamRecord known = new HamRecord(
                input.alpha() == null ? alpha : own.alpha(),
                own.task(),
                own.classes(),
                old ? own.baseSha256().or(() -> Optional.ofNullable(record.baseSha256())) : own.baseSha256(),
                own.mode(),
                own.groupAlphas());
        return new AdapterFolder(
                Path.of(input.path()),
                adapter,
                known,
                head,
                input::sha256,
                AdapterOrigin.of(input.called()),
                List.of());
    }

    private MergeRequest request() {
        if (record.request() == null) {
            return new MergeRequest(Optional.of(MergeMode.INDEPENDENT), true);
        }
        String mode = record.request().mode();
        for (MergeMode each : MergeMode.values()) {
            if (each.optionName().equals(mode)) {
                return new MergeRequest(
                        Optional.of(each), "given".equals(record.request().weights()));
            }
        }
        if (!"auto".equals(mode)) {
            throw wrong("request, mode", "sequential, independent or auto", String.valueOf(mode));
        }
        return new MergeRequest(
                Optional.empty(), "given".equals(record.request().weights()));
    }

    private InputException wrong(String key, String expected, String found) {
        return new InputException(file, key + ": expected " + expected + ", found " + found);
    }

    private InputException old(String missing) {
        return new InputException(
                file, "was written without " + missing + ", so it cannot be continued; merge its adapters again");
    }
}
