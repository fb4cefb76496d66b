package ham.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.folder.MergeOrigin;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.train.config.Pixels;
import ham.train.lora.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code run.json}: what made a model, and what is needed to make it again: options, environment, hashes of base and data, class order and
 * tasks.
 */
public final class RunRecord {
    /** Options that records of earlier versions do not have, with what such a run did. */
    private static final ObjectNode LATER =
            JsonFiles.object()
                    .put("blocks", "all")
                    .put("replay", 0)
                    .put("replay-hold", Recipe.REPLAY_HOLD)
                    .put("preprocessing", Pixels.BASE.optionName())
                    .put("initial-classes", 0)
                    .put("crop-scale", 0);

    private static final String ADAPTERS = "adapters";

    /** Options that may differ when a run is resumed: where things are, and on what it runs. */
    private static final Set<String> FREE = Set.of("base", "data", ADAPTERS, "device", "threads");

    /** What precision {@code auto} became, in the environment. */
    public static final String PRECISION = "precision";

    /** How many threads an operation takes, in the environment; it decides the last bits of a result. */
    public static final String THREADS = "threads";

    private RunRecord() {}

    /**
     * Writes the record of a new run, or checks that a resumed one is the same.
     *
     * @param environment versions and machine, for the record only
     * @param command the command line, for the record only
     * @return what a user should know who resumes a run elsewhere, one sentence each
     * @throws InputException when the folder's run has other options, base or data
     */
    public static List<String> writeOrCheck(
            RunFolder folder, RunInputs inputs, Map<String, String> environment, List<String> command) {
        Path file = folder.path(RunFolder.RECORD);
        ObjectNode record = record(inputs, environment, command);
        if (Files.exists(file)) {
            ObjectNode found = JsonFiles.read(file, "the record of a run");
            requireSame(file, found, record);
            return otherThreads(found.path("environment").path(THREADS), environment.get(THREADS));
        }
        if (folder.holdsWork()) {
            throw new InputException(
                    file, "expected the record of the unfinished run, found no such file; start over (force)");
        }
        Outputs.file(file, false, path -> JsonFiles.write(path, record));
        return List.of();
    }

    private static List<String> otherThreads(JsonNode before, String now) {
        return now == null || !before.isTextual() || before.asText().equals(now)
                ? List.of()
                : List.of("the run was begun with threads " + before.asText() + " and goes on with " + now
                        + ": its end differs in the last bits from that of a run that was never interrupted; give threads "
                        + before.asText() + " for the same");
    }

    /**
     * Checks that a finished run was made with these options, base and data.
     *
     * @throws InputException naming what differs
     */
    public static void check(Path run, RunInputs inputs) {
        Path file = run.resolve(RunFolder.RECORD);
        requireSame(
                file,
                JsonFiles.read(file, "the record of a run"),
                JsonFiles.object()
                        .<ObjectNode>set("configuration", inputs.config().toJson())
                        .setAll(hashes(inputs)));
    }

    /** Where the merge of a run comes from, as far as the folder has a record. */
    static MergeOrigin origin(RunFolder folder) {
        Path file = folder.path(RunFolder.RECORD);
        if (!Files.exists(file)) {
            return MergeOrigin.UNKNOWN;
        }
        ObjectNode record = JsonFiles.read(file, "the record of a run");
        List<String> command = new ArrayList<>();
        record.path("command").forEach(argument -> command.add(argument.asText()));
        return new MergeOrigin(
                command,
                Optional.ofNullable(record.path("environment").path("ham").textValue()),
                Optional.ofNullable(record.path("configuration").path("base").textValue())
                        .map(Path::of));
    }

    private static ObjectNode record(RunInputs inputs, Map<String, String> environment, List<String> command) {
        ObjectNode json = JsonFiles.object();
        json.set("configuration", inputs.config().toJson());
        json.setAll(hashes(inputs));
        json.set("class_order", JsonFiles.tree(inputs.stream().order()));
        ArrayNode tasks = json.putArray("tasks");
        for (int task = 0; task < inputs.stream().tasks(); task++) {
            tasks.add(JsonFiles.tree(inputs.classNames(task)));
        }
        json.set("skipped_images", JsonFiles.tree(inputs.skipped()));
        json.set("environment", JsonFiles.tree(environment));
        json.set("command", JsonFiles.tree(command));
        json.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return json;
    }

    private static ObjectNode hashes(RunInputs inputs) {
        ObjectNode hashes = JsonFiles.object()
                .put("base_sha256", inputs.baseSha256())
                .put(
                        "data_sha256",
                        DataHash.sha256(inputs.config().data(), inputs.data().files()));
        inputs.config().adapters().flatMap(ReusedTasks::sha256).ifPresent(hash -> hashes.put("adapters_sha256", hash));
        return hashes;
    }

    private static void requireSame(Path file, ObjectNode found, ObjectNode wanted) {
        for (Map.Entry<String, JsonNode> option : wanted.path("configuration").properties()) {
            JsonNode before = option(found, option.getKey());
            boolean free = FREE.contains(option.getKey())
                    && before.isTextual() == option.getValue().isTextual();
            if (!free && !same(before, option.getValue())) {
                throw new InputException(
                        file,
                        "the run has another value of " + option.getKey() + ": expected " + before
                                + ", found " + option.getValue()
                                + "; use the same parameters, or start over (force) or with another out");
            }
        }
        requireSameHashes(file, "the run", found, wanted);
        JsonNode adapters = found.path("adapters_sha256");
        if (adapters.isTextual() && wanted.has("adapters_sha256") && !adapters.equals(wanted.path("adapters_sha256"))) {
            throw new InputException(
                    file,
                    "the run took other adapters than "
                            + wanted.path("configuration").path(ADAPTERS)
                            + " has: expected " + adapters.asText() + ", found "
                            + wanted.path("adapters_sha256").asText() + "; use the same, or start over (force)");
        }
        JsonNode before = found.path("environment").path(PRECISION);
        JsonNode now = wanted.path("environment").path(PRECISION);
        if (before.isTextual() && now.isTextual() && !before.equals(now)) {
            throw new InputException(
                    file,
                    "the run was begun in " + before.asText() + ", and precision auto takes " + now.asText()
                            + " on this machine; give precision " + before.asText());
        }
    }

    /** Checks that a run had the same base and data as these inputs. */
    static void requireSameHashes(Path file, String whose, ObjectNode found, RunInputs inputs) {
        requireSameHashes(file, whose, found, hashes(inputs));
    }

    private static void requireSameHashes(Path file, String whose, ObjectNode found, ObjectNode wanted) {
        for (String hash : new String[] {"base_sha256", "data_sha256"}) {
            if (!found.path(hash).equals(wanted.path(hash))) {
                throw new InputException(
                        file,
                        whose + " has another " + (hash.startsWith("base") ? "base" : "data") + ": expected "
                                + found.path(hash).asText() + ", found "
                                + wanted.path(hash).asText() + "; use the same, or start over (force)");
            }
        }
    }

    /** An option of a recorded run; one that came later than the run had its default. */
    static JsonNode option(ObjectNode record, String name) {
        JsonNode found = record.path("configuration").path(name);
        return found.isMissingNode() ? LATER.path(name) : found;
    }

    /** Numbers by value: 0.6 and 0.60 are the same option. */
    static boolean same(JsonNode first, JsonNode second) {
        if (first.isNumber() && second.isNumber()) {
            return first.decimalValue().compareTo(second.decimalValue()) == 0;
        }
        return first.equals(second);
    }
}
