package ham.report.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines over a common axis, each with a marker at its values and a band where it has intervals.
 *
 * @param title what the lines show
 * @param x what the horizontal axis means
 * @param y what the vertical axis means
 * @param series the lines; a value that an axis cannot show is a gap
 */
public record LineChart(String title, Axis x, Axis y, List<Series> series) {
    /** With more points than this a line has no markers, and less often a text under the pointer. */
    private static final int MOST_MARKERS = 60;

    public LineChart {
        series = List.copyOf(series);
    }

    /** Draws the lines, the first one last. */
    public Drawing draw() {
        Frame frame = new Frame(
                title,
                x,
                Scale.of(
                        x,
                        series.stream()
                                .flatMapToDouble(each -> each.x().stream().mapToDouble(v -> v)),
                        10),
                y,
                Scale.of(y, series.stream().flatMapToDouble(Series::values), 6),
                series);
        for (int i = series.size() - 1; i >= 0; i--) {
            frame.canvas().open(ChartStyle.colour(i));
            band(frame, series.get(i));
            line(frame, i);
            frame.canvas().close();
        }
        return frame.drawing();
    }

    private void line(Frame frame, int index) {
        Series one = series.get(index);
        Canvas canvas = frame.canvas();
        for (List<Integer> run : runs(one)) {
            canvas.path("line", ChartStyle.dash(index), Canvas.through(points(frame, one, run, one.y())));
        }
        int step = 1 + one.y().size() / (2 * MOST_MARKERS);
        boolean marked = one.y().size() <= MOST_MARKERS;
        double radius = one.y().size() <= 25 ? 4 : 3;
        for (int i = 0; i < one.y().size(); i += step) {
            if (!shows(one, i)) {
                continue;
            }
            String hover =
                    one.name() + ", " + x.label() + " " + x.unit().text(one.x().get(i)) + ": " + one.text(i, y.unit());
            double horizontal = frame.x(one.x().get(i));
            double vertical = frame.y(one.y().get(i));
            if (marked) {
                canvas.marker(index, horizontal, vertical, radius, hover);
            } else {
                canvas.rectangle("hit", "", horizontal - 4, vertical - 5, 8, 10, hover);
            }
        }
    }

    private void band(Frame frame, Series one) {
        for (List<Integer> run : runs(one)) {
            List<Integer> held = run.stream()
                    .filter(i -> one.hasInterval(i) && y.shows(one.low().get(i)))
                    .toList();
            List<double[]> outline = points(frame, one, held, one.low());
            List<double[]> upper = points(frame, one, held, one.high());
            for (int i = upper.size() - 1; i >= 0; i--) {
                outline.add(upper.get(i));
            }
            frame.canvas().path("band", "", Canvas.through(outline));
            if (held.size() == 1) {
                frame.canvas().path("thin", "", Canvas.through(outline));
            }
        }
    }

    private static List<double[]> points(Frame frame, Series one, List<Integer> run, List<Double> values) {
        List<double[]> points = new ArrayList<>();
        run.forEach(i -> points.add(new double[] {frame.x(one.x().get(i)), frame.y(values.get(i))}));
        return points;
    }

    private boolean shows(Series one, int i) {
        return x.shows(one.x().get(i)) && y.shows(one.y().get(i));
    }

    /** Indices of values that stand side by side. */
    private List<List<Integer>> runs(Series one) {
        List<List<Integer>> runs = new ArrayList<>(List.of(new ArrayList<>()));
        for (int i = 0; i < one.y().size(); i++) {
            if (shows(one, i)) {
                runs.get(runs.size() - 1).add(i);
            } else {
                runs.add(new ArrayList<>());
            }
        }
        return runs;
    }
}
