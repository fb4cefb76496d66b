package ham.merge.taskvector;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.encoder.text.TextPooling;
import ham.merge.io.JsonFiles;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsOutput;
import ham.merge.safetensors.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Merges fully fine-tuned checkpoints of one base into one checkpoint: {@code base + merge of the task vectors}, by any method that needs no statistics. Norms and
 * biases, which have a single dimension, are merged as those of adapters are ({@link PreparedMerge#biases}).
 */
public final class CheckpointMerge {
    /** What a folder of such a merge is known by. */
    public static final String RECORD = "checkpoint-merge.json";

    private CheckpointMerge() {}

    /**
     * What was written, {@code checkpoint-merge.json}.
     *
     * @param method how it was merged
     * @param models what was merged
     * @param base what they were trained from
     * @param changed how many tensors differ from the base's
     * @param left tensors that models have and the base has not, or in another shape; the base's stay
     */
    public record Report(String method, List<String> models, String base, int changed, List<String> left) {}

    /**
     * Writes the merged checkpoint: {@code model.safetensors} in float32, and the base's other small files and modules.
     *
     * @param out exists already and is empty
     * @param weights of each, empty for 1
     * @throws InputException when models do not fit the base, or the method needs what checkpoints do not have
     */
    public static Report write(
            Path out,
            Path base,
            List<TaskVector> models,
            MergeSettings settings,
            List<Importance> weights,
            MergeProgress progress)
            throws IOException {
        List<Importance> used =
                weights.isEmpty() ? models.stream().map(each -> Importance.ONE).toList() : weights;
        if (used.size() != models.size()) {
            throw InputException.parameter(
                    settings.method() == MergeMethod.HAM ? "alpha" : "weight",
                    "expected one value a model, " + models.size() + " in all, found " + used.size());
        }
        PreparedMerge merge = PreparedMerge.of(settings, models, used, List.of(), MergeProgress.SILENT);
        SortedMap<String, float[]> vectors = merge.biases();
        Tensors before = TaskVector.tensors(base);
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout().metadata("format", "pt");
        for (String tensor : before.names()) {
            boolean kept = !before.info(tensor).dtype().isFloat();
            layout.add(
                    tensor,
                    kept ? before.info(tensor).dtype() : DType.F32,
                    before.info(tensor).shape().stream()
                            .mapToLong(Long::longValue)
                            .toArray());
        }
        try (SafetensorsOutput output = new SafetensorsOutput(out.resolve("model.safetensors"), layout)) {
            int done = 0;
            for (String tensor : before.names()) {
                if (before.info(tensor).dtype().isFloat()) {
                    output.write(tensor, merged(before, tensor, merge, vectors));
                } else {
                    output.write(tensor, before.info(tensor).dtype(), before.bytes(tensor));
                }
                progress.at("merging", ++done, before.names().size());
            }
            output.finish();
        }
        copyOthers(base, out);
        SortedSet<String> left = new TreeSet<>();
        models.forEach(each -> left.addAll(each.left()));
        Report report = new Report(
                settings.method().optionName(),
                models.stream().map(TaskVector::name).toList(),
                base.toString(),
                merge.shapes().size() + vectors.size(),
                List.copyOf(left));
        JsonFiles.write(out.resolve(RECORD), JsonFiles.tree(report));
        return report;
    }

    private static float[] merged(
            Tensors before, String tensor, PreparedMerge merge, SortedMap<String, float[]> vectors) {
        float[] values = before.floats(tensor);
        float[] delta = merge.shapes().containsKey(tensor)
                ? merge.delta(tensor, PreparedMerge.FactorSink.NONE).data()
                : vectors.get(tensor);
        for (int i = 0; delta != null && i < values.length; i++) {
            values[i] += delta[i];
        }
        return values;
    }

    /** Configuration, preprocessing, tokenizer, and whole the modules that stand beside the encoder: all that is no weight of it. */
    private static void copyOthers(Path base, Path out) throws IOException {
        try (Stream<Path> files = Files.list(base)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.matches(".*\\.(json|txt|model)") && !name.endsWith(".index.json")) {
                    Files.copy(file, out.resolve(name));
                }
            }
        }
        for (Path module : TextPooling.folders(base)) {
            try (Stream<Path> files = Files.walk(module)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path copy = out.resolve(base.toAbsolutePath().normalize().relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }
}
