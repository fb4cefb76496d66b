package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.head.HeadFile;
import ham.merge.io.JsonFiles;
import ham.merge.method.Combine;
import ham.merge.method.Group;
import ham.merge.method.HamParameters;
import ham.merge.method.Join;
import ham.merge.method.Step;
import ham.merge.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes a merge folder: {@code merged.safetensors} (weight name -> delta [out, in], float32), {@code groups.safetensors} (pruned factors of
 * each member in join order: {@code groups.G.M.WEIGHT.lora_A}, {@code .lora_B} and the {@code .scaling} as one float64),
 * {@code merge.json}, and {@code head.safetensors} and {@code labels.txt} where there is a head.
 */
public final class MergeFolder {
    /** What was merged and how; the file by which a merge folder is known. */
    public static final String RECORD = "merge.json";

    static final String MERGED = "merged.safetensors";
    static final String GROUPS = "groups.safetensors";
    static final String LABELS = "labels.txt";

    private MergeFolder() {}

    /** Fills an existing, empty folder. */
    public static void write(Path folder, AdapterMerge result) throws IOException {
        SafetensorsWriter merged = new SafetensorsWriter();
        result.merge().merged().forEach(merged::add);
        merged.write(folder.resolve(MERGED));
        factors(result.merge().groups()).write(folder.resolve(GROUPS));
        JsonFiles.write(folder.resolve(RECORD), record(result));
        if (result.head().isPresent()) {
            HeadFile.write(folder.resolve(AdapterFolder.HEAD), result.head().get());
            Files.writeString(
                    folder.resolve(LABELS),
                    String.join("\n", result.head().get().classes()) + "\n");
        }
    }

    private static SafetensorsWriter factors(List<Group> groups) {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int g = 0; g < groups.size(); g++) {
            List<Group.Member> members = groups.get(g).members();
            for (int m = 0; m < members.size(); m++) {
                String prefix = factorPrefix(g, m);
                members.get(m).factors().forEach((weight, factors) -> add(writer, prefix + weight, factors));
            }
        }
        return writer;
    }

    static String factorPrefix(int group, int member) {
        return "groups." + group + "." + member + ".";
    }

    private static void add(SafetensorsWriter writer, String name, LoraFactors factors) {
        writer.add(name + ".lora_A", factors.a());
        writer.add(name + ".lora_B", factors.b());
        writer.add(name + ".scaling", List.of(1L), new double[] {factors.scaling()});
    }

    /** The content of {@code merge.json}. */
    public static ObjectNode record(AdapterMerge result) {
        ObjectNode json = JsonFiles.object();
        json.put("method", "ham");
        json.put("mode", result.mode().optionName());
        json.set("parameters", parameters(result.merge().parameters()));
        json.put("base_sha256", result.baseSha256().orElse(null));
        ArrayNode inputs = json.putArray("inputs");
        for (AdapterFolder each : result.adapters()) {
            inputs.addObject()
                    .put("adapter", each.adapter().name())
                    .put("path", each.path().toString())
                    .put("sha256", each.sha256())
                    .set("classes", JsonFiles.tree(each.record().classes()));
        }
        ArrayNode steps = json.putArray("steps");
        for (Step step : result.merge().steps()) {
            ObjectNode node = steps.addObject().put("adapter", step.adapter()).put("alpha", step.alpha());
            node.set("similarity", JsonFiles.tree(step.similarity()));
            node.put("group", step.group())
                    .put("opened", step.opened())
                    .put("group_alpha", step.groupAlpha())
                    .put("norm", step.norm());
        }
        ArrayNode groups = json.putArray("groups");
        for (Group group : result.merge().groups()) {
            ObjectNode node = groups.addObject();
            node.set(
                    "members",
                    JsonFiles.tree(
                            group.members().stream().map(Group.Member::name).toList()));
            node.put("alpha", group.alpha()).put("rank", group.rank()).put("norm", Math.sqrt(group.squaredNorm()));
            node.set(
                    "coefficients",
                    JsonFiles.tree(group.members().stream()
                            .map(Group.Member::coefficient)
                            .toList()));
        }
        result.head().ifPresent(head -> json.put("head", head.head().kind().optionName()));
        json.set("warnings", JsonFiles.tree(result.warnings()));
        return json;
    }

    /**
     * The parameters that a merge was made with.
     *
     * @throws ham.merge.InputException when the folder has no readable record
     */
    public static HamParameters parameters(Path folder) {
        Path file = folder.resolve(RECORD);
        JsonNode json = JsonFiles.read(file, "the record of a merge folder").path("parameters");
        try {
            return new HamParameters(
                    json.path("keep").decimalValue(),
                    json.path("tau").doubleValue(),
                    json.path("groups").intValue(),
                    Join.valueOf(json.path("join").asText().toUpperCase(Locale.ROOT)),
                    Combine.valueOf(json.path("combine").asText().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException | InputException e) {
            throw new InputException(file, "expected the parameters of a HAM merge, found " + json, e);
        }
    }

    /**
     * Checks that these are the adapters that a merge was made from, in order.
     *
     * @throws ham.merge.InputException when one is missing, too many or another
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

    private static ObjectNode parameters(HamParameters parameters) {
        return JsonFiles.object()
                .put("keep", parameters.keep())
                .put("tau", parameters.tau())
                .put("groups", parameters.maxGroups())
                .put("join", parameters.join().name().toLowerCase(Locale.ROOT))
                .put("combine", parameters.combine().name().toLowerCase(Locale.ROOT));
    }
}
