package ham.cli.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.merge.InputException;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.MergeSimilarity;
import ham.merge.folder.Merged;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.SimilarityChart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.StreamSupport;

/** What {@code ham inspect} shows of a merge folder. */
public final class MergeView {
    /** More adapters than this are not compared: the matrix grows with the square, and nobody could read it. */
    private static final int MOST_ADAPTERS = 200;

    private MergeView() {}

    /** Reads all of the folder, prints it, and draws the similarities where that is asked for. */
    public static void show(Console console, Path folder, Optional<Path> plot, boolean force) {
        ObjectNode record = JsonFiles.read(folder.resolve(MergeFolder.RECORD), "the record of a merge folder");
        Merged.read(folder);
        StringBuilder text =
                new StringBuilder(MergeText.of(record)).append("\n\n").append(weights(record));
        int adapters = record.path("steps").size();
        if (adapters <= MOST_ADAPTERS) {
            MergeSimilarity similarity = MergeSimilarity.of(folder, console::mergeProgress);
            text.append("\n\n").append(HeatMapText.of(similarity, console.colours()));
            record.set("similarity", json(similarity));
            plot.ifPresent(file -> {
                Outputs.file(file, force, path -> Files.writeString(path, SimilarityChart.svg(similarity)));
                text.append("\n\ndrawn in ").append(file);
            });
        } else if (plot.isPresent()) {
            throw new InputException("--plot: expected a merge of at most " + MOST_ADAPTERS + " adapters, found "
                    + adapters + "; its groups are in " + folder.resolve(MergeFolder.RECORD));
        } else {
            text.append("\n\nsimilarities of ").append(adapters).append(" adapters are not drawn");
        }
        console.result(text.toString(), record.put("kind", "merge"));
    }

    private static JsonNode json(MergeSimilarity similarity) {
        ObjectNode json = JsonFiles.object();
        json.set("adapters", JsonFiles.tree(similarity.matrix().names()));
        json.set("groups", JsonFiles.tree(similarity.groups()));
        json.set("cosines", JsonFiles.tree(similarity.matrix().cosines()));
        return json;
    }

    private static String weights(JsonNode record) {
        return record.path("weights").size() + " merged weights, norm "
                + range(record, weight -> weight.path("norm").asDouble()) + ", effective rank "
                + range(record, weight -> weight.path("effective_rank").asDouble());
    }

    private static String range(JsonNode record, ToDoubleFunction<JsonNode> value) {
        DoubleSummaryStatistics found = StreamSupport.stream(
                        record.path("weights").spliterator(), false)
                .mapToDouble(value)
                .summaryStatistics();
        return String.format(Locale.ROOT, "%.4g to %.4g", found.getMin(), found.getMax());
    }
}
