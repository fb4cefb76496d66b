package ham.cli.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.console.Console;
import ham.merge.InputException;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.MergeRecord;
import ham.merge.folder.MergeSimilarity;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import ham.report.SimilarityChart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** What {@code ham inspect} shows of a merge folder. */
public final class MergeView {
    /** More adapters than this are not compared: the matrix grows with the square, and nobody could read it. */
    private static final int MOST_ADAPTERS = 200;

    private MergeView() {}

    /** Reads all of the folder, prints it, and draws the similarities where that is asked for. */
    public static void show(Console console, Path folder, Optional<Path> plot, boolean force) {
        MergeFolder merge = MergeFolder.open(folder);
        merge.check();
        MergeRecord record = merge.record();
        ObjectNode json = record.json();
        StringBuilder text =
                new StringBuilder(MergeText.of(record)).append("\n\n").append(weights(record));
        int adapters = record.steps().size();
        if (adapters <= MOST_ADAPTERS) {
            MergeSimilarity similarity = MergeSimilarity.of(folder, console::mergeProgress);
            text.append("\n\n").append(HeatMapText.of(similarity, console.colours()));
            json.set("similarity", json(similarity));
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
        console.result(text.toString(), json.put("kind", "merge"));
    }

    private static JsonNode json(MergeSimilarity similarity) {
        record Similarities(List<String> adapters, List<Integer> groups, List<double[]> cosines) {}
        return JsonFiles.tree(new Similarities(
                similarity.matrix().names(),
                similarity.groups(),
                List.of(similarity.matrix().cosines())));
    }

    private static String weights(MergeRecord record) {
        return record.weights().size() + " merged weights, norm " + range(record, MergeRecord.Weight::norm)
                + ", effective rank " + range(record, MergeRecord.Weight::effectiveRank);
    }

    private static String range(MergeRecord record, Function<MergeRecord.Weight, Double> value) {
        DoubleSummaryStatistics found = record.weights().stream()
                .map(value)
                .mapToDouble(each -> each == null ? 0 : each)
                .summaryStatistics();
        return String.format(Locale.ROOT, "%.4g to %.4g", found.getMin(), found.getMax());
    }
}
