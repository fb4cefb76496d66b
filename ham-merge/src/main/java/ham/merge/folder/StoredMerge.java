package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.head.HeadsFile;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A merge folder as what it was made from, so that the merge can be made again: the adapters in order, with their factors (as they are in the
 * merge, so pruned for ham: pruning them again changes nothing), biases, records and heads. Factors are read when they are asked for.
 *
 * @param folder the merge folder
 * @param adapters in the order of the merge, under their earlier paths and hashes
 * @param weights the importance (ham) or weight of each
 * @param settings method and parameters
 * @param mode what the merge was
 * @param request what decided the mode
 * @param base the checkpoint whose names the deltas have, as it was typed; empty when none was
 */
public record StoredMerge(
        Path folder,
        List<AdapterFolder> adapters,
        List<Importance> weights,
        MergeSettings settings,
        MergeMode mode,
        MergeRequest request,
        Optional<Path> base) {
    public StoredMerge {
        adapters = List.copyOf(adapters);
        weights = List.copyOf(weights);
    }

    /**
     * Opens a merge folder.
     *
     * @throws InputException when a file is missing or damaged, or when files disagree
     */
    public static StoredMerge open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(
                    folder,
                    "expected a merge folder with " + MergeFolder.RECORD + ", found "
                            + (Files.exists(folder) ? "a file" : "nothing"));
        }
        Path file = folder.resolve(MergeFolder.RECORD);
        return new Reader(folder, file, JsonFiles.read(file, "the record of a merge folder")).read();
    }

    private record Reader(Path folder, Path file, ObjectNode json) {
        StoredMerge read() {
            MergeSettings settings = SettingsJson.read(file, json);
            boolean ham = settings.method() == MergeMethod.HAM;
            List<List<StoredAdapter>> groups = StoredGroups.open(json, folder.resolve(MergeFolder.GROUPS));
            int count = json.path("steps").size();
            if (count == 0 || json.path("inputs").size() != count) {
                throw wrong(
                        "steps, inputs",
                        "one of each for every adapter",
                        count + " steps and " + json.path("inputs").size() + " inputs");
            }
            Path headsFile = folder.resolve(MergeFolder.HEADS);
            Optional<HeadsFile> heads =
                    Files.exists(headsFile) ? Optional.of(HeadsFile.open(headsFile, count)) : Optional.empty();
            if (heads.isEmpty() && json.hasNonNull("head")) {
                throw old("the heads of its adapters (" + MergeFolder.HEADS + ")");
            }
            int[] joined = new int[groups.size()];
            List<AdapterFolder> adapters = new ArrayList<>();
            List<Importance> weights = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                JsonNode step = json.path("steps").path(i);
                int group = ham ? group(step.path("group"), groups.size()) : 0;
                StoredAdapter adapter = member(groups, group, joined[group]++, step);
                Importance weight = ham
                        ? ImportanceJson.read(file, "steps, alpha", step.path("alpha"), step.path("layer_alphas"))
                        : ImportanceJson.read(file, "steps, weight", step.path("weight"), step.path("layer_weights"));
                weights.add(weight);
                int place = i;
                Optional<NamedHead> head = heads.flatMap(each -> each.head(place));
                adapters.add(folder(json.path("inputs").path(i), adapter, ham ? weight : Importance.ONE, head));
            }
            int members = groups.stream().mapToInt(List::size).sum();
            if (members != count) {
                throw wrong("groups", "the " + count + " adapters of its steps", members + " members");
            }
            MergeMode mode = mode("mode", json.path("mode"));
            return new StoredMerge(folder, adapters, weights, settings, mode, request(), base());
        }

        private int group(JsonNode node, int groups) {
            if (!node.isInt() || node.intValue() < 0 || node.intValue() >= groups) {
                throw wrong("steps, group", "the index of one of the " + groups + " groups", shown(node));
            }
            return node.intValue();
        }

        private StoredAdapter member(List<List<StoredAdapter>> groups, int group, int member, JsonNode step) {
            String name = step.path("adapter").asText();
            if (groups.isEmpty()
                    || groups.get(group).size() <= member
                    || !groups.get(group).get(member).name().equals(name)) {
                throw wrong(
                        "groups",
                        "adapter '" + name + "' as member " + member + " of group " + group + ", as its steps say",
                        "another");
            }
            return groups.get(group).get(member);
        }

        /** Merges of ham 0.1 have no record of each adapter: enough for a replay unless it needs the scalars of groups. */
        private AdapterFolder folder(JsonNode node, StoredAdapter adapter, Importance alpha, Optional<NamedHead> head) {
            if (!(node instanceof ObjectNode input)
                    || !input.path("adapter").asText().equals(adapter.name())
                    || !input.path("sha256").isTextual()
                    || !input.path("path").isTextual()) {
                throw wrong(
                        "inputs",
                        "adapter '" + adapter.name() + "' with its path and sha256, in the order of the steps",
                        shown(node));
            }
            if (!input.has("mode") && json.path("mode").asText().equals(MergeMode.SEQUENTIAL.optionName())) {
                throw old("the scalars that its groups were trained with (group_alphas)");
            }
            ObjectNode record = input.deepCopy();
            if (!record.has("alpha")) {
                ImportanceJson.put(record, "alpha", "layer_alphas", alpha);
            }
            if (!record.has("base_sha256")) {
                record.set("base_sha256", json.get("base_sha256"));
            }
            String sha256 = input.path("sha256").textValue();
            return new AdapterFolder(
                    Path.of(input.path("path").textValue()), adapter, HamRecord.read(file, record), head, () -> sha256);
        }

        private Optional<Path> base() {
            return Optional.ofNullable(json.path("base").textValue()).map(Path::of);
        }

        private MergeRequest request() {
            JsonNode request = json.path("request");
            if (request.isMissingNode()) {
                return new MergeRequest(Optional.of(MergeMode.INDEPENDENT), true);
            }
            JsonNode asked = request.path("mode");
            return new MergeRequest(
                    asked.asText().equals("auto") ? Optional.empty() : Optional.of(mode("request, mode", asked)),
                    request.path("weights").asText().equals("given"));
        }

        private MergeMode mode(String key, JsonNode node) {
            return Stream.of(MergeMode.values())
                    .filter(each -> each.optionName().equals(node.textValue()))
                    .findFirst()
                    .orElseThrow(() -> wrong(key, "sequential or independent", shown(node)));
        }

        private static String shown(JsonNode node) {
            return node.isMissingNode() ? "none" : node.toString();
        }

        private InputException wrong(String key, String expected, String found) {
            return new InputException(file, key + ": expected " + expected + ", found " + found);
        }

        private InputException old(String missing) {
            return new InputException(
                    file, "was written without " + missing + ", so it cannot be continued; merge its adapters again");
        }
    }
}
