package ham.report;

import ham.merge.compare.SimilarityMatrix;
import ham.merge.folder.MergeSimilarity;
import ham.report.chart.Axis;
import ham.report.chart.BarChart;
import ham.report.chart.Drawing;
import ham.report.chart.HeatMap;
import ham.report.chart.LineChart;
import ham.report.chart.Point;
import ham.report.chart.ScatterChart;
import ham.report.chart.Series;
import ham.report.chart.StripChart;
import ham.report.chart.Unit;
import ham.report.page.Html;
import ham.report.page.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Charts of many sizes, with values that are hard to show. */
final class ChartGallery {
    private static final String LONG =
            "a name that is much longer than anybody would want it to be, WWWW mmmm %%%% @@@@";

    private ChartGallery() {}

    /** All of them on a page. */
    static String page() {
        Page page = new Page("Charts", "");
        drawings().forEach(each -> page.lead(Html.figure(each)));
        return page.html();
    }

    static List<Drawing> drawings() {
        List<Drawing> all = new ArrayList<>();
        Random random = new Random(3);
        for (int count : new int[] {1, 2, 7, 30}) {
            for (double size : new double[] {1e-9, 0.003, 1, 12_345, 1e9}) {
                List<Series> series = IntStream.range(0, count)
                        .mapToObj(i -> series(random, i == 0 ? LONG : "series " + i, 3 + i, size))
                        .toList();
                for (Axis.Form form : Axis.Form.values()) {
                    Axis y = new Axis(LONG, Unit.of("ms"), form);
                    all.add(new LineChart(LONG, Axis.count("task"), y, series).draw());
                }
            }
            List<String> names =
                    IntStream.range(0, count).mapToObj(i -> LONG + i).toList();
            List<Double> values =
                    names.stream().map(each -> random.nextGaussian()).toList();
            all.add(new BarChart("Bars", Axis.of("length"), names, List.of(Series.of("", values, values))).draw());
            List<Point> points = IntStream.range(0, Math.min(count, 12))
                    .mapToObj(i -> new Point("point " + i, 1 + 1e-3 * i, 0.5))
                    .toList();
            all.add(new ScatterChart("Points", Axis.of("x"), Axis.of("y").in(Unit.FRACTION), points).draw());
            all.add(heat(random, count));
            List<Double> groups =
                    names.stream().map(each -> (double) random.nextInt(3)).toList();
            all.add(new StripChart("Strip", Axis.count("task"), "group", List.of(Series.counted("", groups))).draw());
        }
        return all;
    }

    private static Series series(Random random, String name, int points, double size) {
        List<Double> y = IntStream.range(0, points)
                .mapToObj(i -> i % 5 == 4 ? Double.NaN : size * (1 + random.nextDouble()))
                .toList();
        return Series.counted(name, y);
    }

    private static Drawing heat(Random random, int count) {
        List<String> names =
                IntStream.range(0, count).mapToObj(i -> i + " " + LONG).toList();
        List<List<Double>> values = names.stream()
                .map(row -> names.stream().map(each -> random.nextGaussian()).toList())
                .toList();
        return HeatMap.of("Heat", Unit.NONE, "row", names, "column", names, values)
                .draw();
    }

    /** A merge of n adapters that are all alike. */
    static MergeSimilarity similarity(int size, List<Integer> groups) {
        List<String> names = IntStream.range(0, size)
                .mapToObj(i -> "an adapter with a long name & <" + i + ">")
                .toList();
        return new MergeSimilarity(new SimilarityMatrix(names, new double[size][size]), groups);
    }
}
