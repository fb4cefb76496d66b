package ham.merge.record;

import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.join.Importance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code ham.json}: what PEFT's files do not say of an adapter.
 *
 * @param alpha importance: a scalar, or one a weight
 * @param task index of the task in its stream, -1 when unknown
 * @param classes names of the task's classes
 * @param baseSha256 hash of the base checkpoint, empty when unknown
 * @param mode how it was trained
 * @param groupAlphas importance of the groups beside which it was trained, after its training; empty when independent or first
 */
public record HamRecord(
        Importance alpha,
        int task,
        List<String> classes,
        Optional<String> baseSha256,
        MergeMode mode,
        List<Importance> groupAlphas) {
    /** Name of the file in an adapter folder. */
    public static final String FILE = "ham.json";

    public HamRecord {
        classes = List.copyOf(classes);
        groupAlphas = List.copyOf(groupAlphas);
    }

    /** A record of scalars that are each for all weights. */
    public HamRecord(
            double alpha,
            int task,
            List<String> classes,
            Optional<String> baseSha256,
            MergeMode mode,
            List<Double> groupAlphas) {
        this(Importance.of(alpha), task, classes, baseSha256, mode, Importance.each(groupAlphas));
    }

    /** The same with other names of the classes. */
    public HamRecord withClasses(List<String> names) {
        return new HamRecord(alpha, task, names, baseSha256, mode, groupAlphas);
    }

    /** The same under other names of the weights. */
    public HamRecord renamed(UnaryOperator<String> name) {
        return new HamRecord(
                alpha.renamed(name),
                task,
                classes,
                baseSha256,
                mode,
                groupAlphas.stream().map(each -> each.renamed(name)).toList());
    }

    /** The scalars of all adapters with which this one was trained, its own last: where each of them was a group. */
    public List<Importance> trainedScalars() {
        List<Importance> all = new ArrayList<>(groupAlphas);
        all.add(alpha);
        return List.copyOf(all);
    }

    /**
     * Reads {@code ham.json}; an adapter without one has importance 1 and was trained independently.
     *
     * @throws ham.merge.InputException when the file is there and damaged
     */
    public static HamRecord read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return new HamRecord(1, -1, List.of(), Optional.empty(), MergeMode.INDEPENDENT, List.of());
        }
        return JsonRecords.read(file, JsonFiles.read(file, "ham's record of an adapter"), AdapterRecord.class)
                .record(file);
    }

    /** Writes {@code ham.json} into a folder. */
    public void write(Path folder) throws IOException {
        JsonFiles.write(folder.resolve(FILE), JsonRecords.tree(AdapterRecord.of(this)));
    }
}
