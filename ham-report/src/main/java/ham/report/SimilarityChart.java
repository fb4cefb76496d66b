package ham.report;

import ham.merge.folder.MergeSimilarity;
import ham.report.chart.HeatMap;
import ham.report.chart.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cosines between the adapters of a merge as an SVG file: adapters in the order of their groups, a bracket for every group. */
public final class SimilarityChart {
    private SimilarityChart() {}

    /** The whole file. */
    public static String svg(MergeSimilarity similarity) {
        List<String> names = similarity.matrix().names();
        List<HeatMap.Bracket> brackets = new ArrayList<>();
        for (int size : similarity.groups()) {
            brackets.add(new HeatMap.Bracket("group " + brackets.size(), size));
        }
        List<List<Double>> cosines = Arrays.stream(similarity.matrix().cosines())
                .map(row -> Arrays.stream(row).boxed().toList())
                .toList();
        double largest = similarity.matrix().largest();
        return new HeatMap("Cosines between adapters", Unit.NONE, "", names, "", names, cosines, largest, brackets)
                .draw()
                .file();
    }
}
