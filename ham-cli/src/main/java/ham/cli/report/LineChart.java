package ham.cli.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fractions from 0 to 1 over tasks, one line a name, as SVG; colours are the page's classes {@code c0}, {@code c1}, ... */
final class LineChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 280;
    private static final int LEFT = 48;
    private static final int BOTTOM = 32;
    private static final int TOP = 12;
    /** How many colours the page has. */
    static final int COLOURS = 6;

    private final Map<String, List<Double>> lines = new LinkedHashMap<>();

    LineChart line(String name, List<Double> values) {
        lines.put(name, List.copyOf(values));
        return this;
    }

    String svg(String title) {
        int tasks = lines.values().stream().mapToInt(List::size).max().orElse(1);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=img><title>%s</title>",
                WIDTH,
                HEIGHT,
                Html.escape(title)));
        for (int tick = 0; tick <= 5; tick++) {
            double y = y(tick / 5.0);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=grid x1=%d x2=%d y1=%.1f y2=%.1f /><text x=%d y=%.1f text-anchor=end>%d %%</text>",
                    LEFT,
                    WIDTH - 8,
                    y,
                    y,
                    LEFT - 6,
                    y + 4,
                    20 * tick));
        }
        int step = Math.max(1, tasks / 10);
        for (int task = 0; task < tasks; task += step) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=%.1f y=%d text-anchor=middle>%d</text>",
                    x(task, tasks),
                    HEIGHT - BOTTOM + 18,
                    task + 1));
        }
        int index = 0;
        for (Map.Entry<String, List<Double>> line : lines.entrySet()) {
            append(svg, line.getKey(), line.getValue(), tasks, "c" + index++ % COLOURS);
        }
        return svg.append("</svg>").append(legend()).toString();
    }

    private static void append(StringBuilder svg, String name, List<Double> values, int tasks, String colour) {
        StringBuilder points = new StringBuilder();
        for (int task = 0; task < values.size(); task++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(task, tasks), y(values.get(task))));
        }
        svg.append("<polyline class=\"line ")
                .append(colour)
                .append("\" points=\"")
                .append(points.toString().strip())
                .append("\"/>");
        for (int task = 0; task < values.size(); task++) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"dot %s\" cx=%.1f cy=%.1f r=3.5><title>%s, after task %d: %s</title></circle>",
                    colour,
                    x(task, tasks),
                    y(values.get(task)),
                    Html.escape(name),
                    task + 1,
                    Html.percent(values.get(task))));
        }
    }

    private String legend() {
        StringBuilder html = new StringBuilder("<p class=legend>");
        int index = 0;
        for (String name : lines.keySet()) {
            html.append("<span><i class=c")
                    .append(index++ % COLOURS)
                    .append("></i>")
                    .append(Html.escape(name))
                    .append("</span> ");
        }
        return html.append("</p>").toString();
    }

    private static double x(int task, int tasks) {
        return LEFT + 16 + (WIDTH - LEFT - 40.0) * (tasks == 1 ? 0.5 : (double) task / (tasks - 1));
    }

    private static double y(double fraction) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - fraction);
    }
}
