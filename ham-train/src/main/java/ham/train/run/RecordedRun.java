package ham.train.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.folder.MergeOrigin;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.merge.record.ScaleChoice;
import ham.runtime.preprocess.Preprocessing;
import ham.train.lora.Recipe;
import ham.train.record.RunRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The {@link RunRecord} of a run folder: written when the run begins, compared when it is gone on with. */
public final class RecordedRun {
    /** Options that records of earlier versions do not have, with what such a run did. */
    private static final ObjectNode LATER = JsonFiles.object()
            .put("blocks", "all")
            .put("feature-blocks", 0)
            .put("replay", 0)
            .put("replay-hold", Recipe.REPLAY_HOLD)
            .put("initial-classes", 0)
            .put("crop-scale", 0)
            .put("guard", "off")
            .put("gram", "auto")
            .put("search", "none")
            .put("search-data", "none");

    private static final String ADAPTERS = "adapters";

    /** Options that may differ when a run is resumed: where things are, and on what it runs. */
    private static final Set<String> FREE = Set.of("base", "data", ADAPTERS, "device", "threads");

    private RecordedRun() {}

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
        RunRecord record = record(inputs, environment, command);
        if (Files.exists(file)) {
            RunRecord found = RunRecord.read(file);
            requireSame(file, found, record);
            return otherThreads(found.environment().get(RunRecord.THREADS), environment.get(RunRecord.THREADS));
        }
        if (folder.holdsWork()) {
            throw new InputException(
                    file, "expected the record of the unfinished run, found no such file; start over (force)");
        }
        Outputs.file(file, false, path -> JsonFiles.write(path, record.json()));
        return List.of();
    }

    /**
     * The options that the record of a run, finished or not, is too old to have, with what that run did: to go on with it as it was begun.
     *
     * @param out the run's folder; nothing is lacking where there is no run yet
     */
    public static Map<String, String> lacking(Path out) {
        Map<String, String> lacking = new LinkedHashMap<>();
        for (Path run : List.of(out, RunFolder.partial(out))) {
            Path file = run.resolve(RunFolder.RECORD);
            if (Files.exists(file)) {
                JsonNode found = RunRecord.read(file).configuration();
                for (Map.Entry<String, JsonNode> option : LATER.properties()) {
                    if (!found.has(option.getKey())) {
                        lacking.put(option.getKey(), option.getValue().asText());
                    }
                }
                return lacking;
            }
        }
        return lacking;
    }

    private static List<String> otherThreads(String before, String now) {
        return now == null || before == null || before.equals(now)
                ? List.of()
                : List.of("the run was begun with threads " + before + " and goes on with " + now
                        + ": its end differs in the last bits from that of a run that was never interrupted; give threads "
                        + before + " for the same");
    }

    /**
     * Checks that a finished run was made with these options, base and data.
     *
     * @throws InputException naming what differs
     */
    public static void check(Path run, RunInputs inputs) {
        check(run, inputs, Map.of());
    }

    /**
     * The same, and that it calculated with the precision of this machine.
     *
     * @param environment versions and machine
     */
    static void check(Path run, RunInputs inputs, Map<String, String> environment) {
        Path file = run.resolve(RunFolder.RECORD);
        requireSame(file, RunRecord.read(file), record(inputs, environment, List.of()));
    }

    /** Where the merge of a run comes from, as far as the folder has a record. */
    static MergeOrigin origin(RunFolder folder) {
        Path file = folder.path(RunFolder.RECORD);
        if (!Files.exists(file)) {
            return MergeOrigin.UNKNOWN;
        }
        RunRecord record = RunRecord.read(file);
        return new MergeOrigin(
                record.command(),
                Optional.ofNullable(record.environment().get("ham")),
                Optional.of(record.parameter("base"))
                        .filter(base -> !base.isEmpty())
                        .map(Path::of));
    }

    /** Adds to the record of a run which part of its delta is deployed. */
    static void add(RunFolder folder, ScaleChoice choice) {
        Path file = folder.path(RunFolder.RECORD);
        if (Files.exists(file)) {
            RunRecord record = RunRecord.read(file).choosing(choice);
            Outputs.file(file, true, path -> JsonFiles.write(path, record.json()));
        }
    }

    private static RunRecord record(RunInputs inputs, Map<String, String> environment, List<String> command) {
        return new RunRecord(
                inputs.config().toJson(),
                inputs.baseSha256(),
                DataHash.sha256(inputs.config().data(), inputs.data().files()),
                inputs.preprocessing().map(Preprocessing::toJson).orElse(null),
                inputs.config().adapters().flatMap(ReusedTasks::sha256).orElse(null),
                Arrays.stream(inputs.stream().order()).boxed().toList(),
                IntStream.range(0, inputs.stream().tasks())
                        .mapToObj(inputs::classNames)
                        .toList(),
                inputs.skipped(),
                environment,
                command,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                null,
                inputs.kind());
    }

    private static void requireSame(Path file, RunRecord found, RunRecord wanted) {
        for (Map.Entry<String, JsonNode> option : wanted.configuration().properties()) {
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
        requireSameInputs(file, "the run", found, wanted);
        String adapters = found.adaptersSha256();
        if (adapters != null && wanted.adaptersSha256() != null && !adapters.equals(wanted.adaptersSha256())) {
            throw new InputException(
                    file,
                    "the run took other adapters than "
                            + wanted.configuration().path(ADAPTERS)
                            + " has: expected " + adapters + ", found " + wanted.adaptersSha256()
                            + "; use the same, or start over (force)");
        }
        String before = found.environment().get(RunRecord.PRECISION);
        String now = wanted.environment().get(RunRecord.PRECISION);
        if (before != null && now != null && !before.equals(now)) {
            throw new InputException(
                    file,
                    "the run was begun in " + before + ", and precision auto takes " + now
                            + " on this machine; give precision " + before);
        }
    }

    /** Checks that a run had the same base and data as these inputs, and prepared images in the same way. */
    static void requireSameInputs(Path file, String whose, RunRecord found, RunInputs inputs) {
        requireSameInputs(file, whose, found, record(inputs, Map.of(), List.of()));
    }

    private static void requireSameInputs(Path file, String whose, RunRecord found, RunRecord wanted) {
        requireSame(file, whose + " has another base", found.baseSha256(), wanted.baseSha256());
        requireSame(file, whose + " has another data", found.dataSha256(), wanted.dataSha256());
        if (found.preprocessing() != null) {
            requireSame(
                    file,
                    whose + " prepared images in another way",
                    found.preprocessing(),
                    String.valueOf(wanted.preprocessing()));
        }
    }

    private static void requireSame(Path file, String what, String found, String wanted) {
        if (!wanted.equals(found)) {
            throw new InputException(
                    file, what + ": expected " + found + ", found " + wanted + "; use the same, or start over (force)");
        }
    }

    /** An option of a recorded run; one that came later than the run had its default, or was not chosen. */
    static JsonNode option(RunRecord record, String name) {
        return Stream.of(record.configuration(), LATER)
                .filter(options -> options.has(name))
                .map(options -> options.get(name))
                .findFirst()
                .orElse(NullNode.getInstance());
    }

    /** Numbers by value: 0.6 and 0.60 are the same option. */
    static boolean same(JsonNode first, JsonNode second) {
        if (first.isNumber() && second.isNumber()) {
            return first.decimalValue().compareTo(second.decimalValue()) == 0;
        }
        return first.equals(second);
    }
}
