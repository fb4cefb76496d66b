package ham.train.record;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.record.ScaleChoice;
import ham.train.config.RunConfig;
import ham.train.data.ImageSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code run.json}: what made a model, and what is needed to make it again. What a file leaves out is null, lists and maps are
 * empty then.
 *
 * @param configuration one key a parameter, as {@link RunConfig#toJson} gives it and {@link RunConfig#fromJson} takes it
 * @param baseSha256 hash of the base
 * @param dataSha256 hash of the data
 * @param preprocessing how images become pixel values, as the exported model has it; null for texts, and in files of earlier versions
 * @param adaptersSha256 hash of the adapters that were taken from another run, null where there are none
 * @param classOrder labels in the order in which they came
 * @param tasks names of each task's classes
 * @param skippedImages what is wrong with each image that is left out
 * @param environment versions and machine
 * @param command as it was typed
 * @param started when, as ISO 8601 has it
 * @param guard which part of the merged delta was chosen on held-out images; null while the run is at work, or where nothing was compared
 * @param examples what it learnt from, in the plural: {@code images}, which is also what a file without it means, or {@code texts}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunRecord(
        ObjectNode configuration,
        String baseSha256,
        String dataSha256,
        String preprocessing,
        String adaptersSha256,
        List<Integer> classOrder,
        List<List<String>> tasks,
        List<String> skippedImages,
        Map<String, String> environment,
        List<String> command,
        String started,
        ScaleChoice guard,
        String examples) {
    /** Its name in a run folder. */
    public static final String FILE = "run.json";

    /** What precision {@code auto} became, in the environment. */
    public static final String PRECISION = "precision";

    /** How many threads an operation takes, in the environment; it decides the last bits of a result. */
    public static final String THREADS = "threads";

    /** The commit of ham's checkout, in the environment; only where it runs from one. */
    public static final String COMMIT = "commit";

    public RunRecord {
        configuration = configuration == null ? JsonFiles.object() : configuration;
        classOrder = classOrder == null ? List.of() : List.copyOf(classOrder);
        tasks = tasks == null ? List.of() : List.copyOf(tasks);
        skippedImages = skippedImages == null ? List.of() : List.copyOf(skippedImages);
        environment = environment == null ? Map.of() : environment;
        examples = examples == null ? ImageSet.KIND : examples;
        command = command == null ? List.of() : List.copyOf(command);
    }

    /**
     * Reads a file.
     *
     * @throws ham.merge.InputException when it is missing or damaged
     */
    public static RunRecord read(Path file) {
        return read(file, "the record of a run");
    }

    /**
     * As {@link #read(Path)}.
     *
     * @param what the file should be, for messages
     */
    public static RunRecord read(Path file, String what) {
        return JsonRecords.read(file, JsonFiles.read(file, what), RunRecord.class);
    }

    /** The same of a run that is finished. */
    public RunRecord choosing(ScaleChoice choice) {
        return new RunRecord(
                configuration,
                baseSha256,
                dataSha256,
                preprocessing,
                adaptersSha256,
                classOrder,
                tasks,
                skippedImages,
                environment,
                command,
                started,
                choice,
                examples);
    }

    /** As JSON. */
    public ObjectNode json() {
        return JsonRecords.tree(this);
    }

    /** A parameter of the configuration as text, empty where it is not recorded. */
    public String parameter(String name) {
        JsonNode value = configuration.path(name);
        return value.isNull() ? "" : value.asText();
    }
}
