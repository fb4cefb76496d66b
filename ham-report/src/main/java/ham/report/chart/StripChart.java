package ham.report.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Which of a few numbered groups each task belongs to: a lane a group, a mark a task. The first mark of a lane opens the group.
 *
 * @param title what the lanes show
 * @param x what the horizontal axis means
 * @param group what a lane is ("group")
 * @param series x: tasks; y: the whole number of each task's group. Several series stand below each other
 */
public record StripChart(String title, Axis x, String group, List<Series> series) {
    private static final double LANE = 24;
    private static final double LONGEST_NAME = 260;

    /** @throws IllegalArgumentException when a group is not a whole number from 0 */
    public StripChart {
        series = List.copyOf(series);
        for (Series each : series) {
            for (double lane : each.y()) {
                if (!Double.isNaN(lane) && (lane != Math.rint(lane) || lane < 0 || lane > 1e6)) {
                    throw new IllegalArgumentException("series " + each.name() + ": expected whole numbers of " + group
                            + "s from 0, found " + Unit.number(lane));
                }
            }
        }
    }

    /** A lane: its series, its group, and which values of the series are in it. */
    private record Lane(int series, String name, List<Integer> members) {}

    /** Draws the lanes. */
    public Drawing draw() {
        Canvas canvas = new Canvas();
        List<Lane> lanes = lanes();
        double left = 18
                + lanes.stream()
                        .mapToDouble(lane -> TextSize.width(lane.name()))
                        .max()
                        .orElse(0);
        double right = Frame.WIDTH - 20;
        Scale scale = Scale.of(
                x, series.stream().flatMapToDouble(each -> each.x().stream().mapToDouble(v -> v)), 10);
        canvas.text("head", 4, 18, "start", TextSize.shortened(title, (Frame.WIDTH - 8) / 1.15));
        double top = 34;
        double bottom = top + LANE * lanes.size();
        for (Tick tick : scale.ticks()) {
            double at = at(scale, left, right, tick.value());
            canvas.line("grid", at, top, at, bottom);
            canvas.text("tick", at, bottom + 18, "middle", tick.label());
        }
        for (int i = 0; i < lanes.size(); i++) {
            Lane lane = lanes.get(i);
            double y = top + LANE * (i + 0.5);
            if (i > 0 && lane.series() != lanes.get(i - 1).series()) {
                canvas.line("axis", 4, y - LANE / 2, right + 10, y - LANE / 2);
            }
            canvas.text("strong", left - 8, y + 4.5, "end", lane.name());
            canvas.open(ChartStyle.colour(i));
            lane(canvas, scale, left, right, y, lane);
            canvas.close();
        }
        canvas.text("label", (left + right) / 2, bottom + 38, "middle", x.heading());
        return new Drawing(title, Frame.WIDTH, bottom + 50, canvas.toString());
    }

    private void lane(Canvas canvas, Scale scale, double left, double right, double y, Lane lane) {
        Series one = series.get(lane.series());
        List<Double> tasks = lane.members().stream().map(i -> one.x().get(i)).toList();
        double first = at(scale, left, right, tasks.get(0));
        canvas.line("faint", first, y, right + 6, y);
        double radius =
                Math.min(6, Math.max(2.5, (right - left) / Math.max(1, one.x().size()) / 2.4));
        for (int i = 0; i < tasks.size(); i++) {
            double at = at(scale, left, right, tasks.get(i));
            String hover =
                    x.label() + " " + x.unit().text(tasks.get(i)) + (i == 0 ? " opens " : " joins ") + lane.name();
            if (i == 0) {
                canvas.rectangle("fill", "", at - radius, y - 8, 2 * radius, 16, hover);
            } else {
                canvas.marker(0, at, y, radius, hover);
            }
        }
    }

    private List<Lane> lanes() {
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < series.size(); i++) {
            Series one = series.get(i);
            String prefix = series.size() == 1 ? "" : TextSize.shortened(one.name(), LONGEST_NAME) + ", ";
            TreeSet<Double> groups = new TreeSet<>(one.y());
            groups.removeIf(each -> each.isNaN());
            for (double each : groups) {
                List<Integer> members = new ArrayList<>();
                for (int j = 0; j < one.y().size(); j++) {
                    if (one.y().get(j) == each) {
                        members.add(j);
                    }
                }
                lanes.add(new Lane(i, prefix + group + " " + Unit.number(each), members));
            }
        }
        return lanes;
    }

    private static double at(Scale scale, double left, double right, double value) {
        return left + 8 + (right - left - 16) * scale.at(value);
    }
}
