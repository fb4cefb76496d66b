package ham.report.chart;

import java.util.List;

/**
 * Bars from the left, grouped by category, each with its value and with a whisker where it has an interval. They lie, so that names have room.
 *
 * @param title what the bars show
 * @param axis what their length means; always from zero
 * @param categories names of the groups, from the top
 * @param series one bar a category, in the categories' order: x is not used
 */
public record BarChart(String title, Axis axis, List<String> categories, List<Series> series) {
    private static final double LONGEST_NAME = 220;
    private static final double GAP = 12;

    /** @throws IllegalArgumentException when a series has not one value a category */
    public BarChart {
        categories = List.copyOf(categories);
        series = List.copyOf(series);
        for (Series each : series) {
            if (each.y().size() != categories.size()) {
                throw new IllegalArgumentException("series " + each.name() + ": expected a value for each of "
                        + categories.size() + " categories, found " + each.y().size());
            }
        }
    }

    /** Draws the bars. */
    public Drawing draw() {
        Canvas canvas = new Canvas();
        double left = 14
                + categories.stream()
                        .mapToDouble(name -> TextSize.width(TextSize.shortened(name, LONGEST_NAME)))
                        .max()
                        .orElse(0);
        double right = Frame.WIDTH - 10 - widestValue();
        Scale scale = Scale.of(
                axis.as(Axis.Form.FROM_ZERO),
                series.stream().flatMapToDouble(Series::values),
                right - left > 300 ? 6 : 4);
        canvas.text("head", 4, 18, "start", TextSize.shortened(title, (Frame.WIDTH - 8) / 1.15));
        Legend legend = new Legend(series, 4, Frame.WIDTH - 4);
        legend.draw(canvas, 30);
        double top = 36 + legend.height();
        double thick = series.size() == 1 ? 20 : TextSize.LINE - 1;
        double group = thick * series.size() + GAP;
        double bottom = top + group * categories.size();
        for (Tick tick : scale.ticks()) {
            double at = left + (right - left) * scale.at(tick.value());
            canvas.line("grid", at, top, at, bottom);
            canvas.text("tick", at, bottom + 18, "middle", tick.label());
        }
        for (int i = 0; i < categories.size(); i++) {
            double middle = top + group * (i + 0.5);
            canvas.text("strong", left - 8, middle + 4.5, "end", TextSize.shortened(categories.get(i), LONGEST_NAME));
            for (int j = 0; j < series.size(); j++) {
                bar(canvas, scale, left, right, top + group * i + GAP / 2 + thick * j, thick - 3, i, j);
            }
        }
        double zero = left + (right - left) * scale.at(0);
        canvas.line("axis", zero, top, zero, bottom);
        canvas.text("label", (left + right) / 2, bottom + 38, "middle", axis.heading());
        return new Drawing(title, Frame.WIDTH, bottom + 50, canvas.toString());
    }

    private void bar(
            Canvas canvas, Scale scale, double left, double right, double y, double thick, int category, int index) {
        Series one = series.get(index);
        double value = one.y().get(category);
        if (!Double.isFinite(value)) {
            return;
        }
        double zero = left + (right - left) * scale.at(0);
        double end = left + (right - left) * scale.at(value);
        String hover = categories.get(category) + (series.size() > 1 ? ", " + one.name() : "") + ": "
                + one.text(category, axis.unit());
        canvas.open(ChartStyle.colour(index));
        canvas.rectangle("fill", "", Math.min(zero, end), y, Math.max(1, Math.abs(end - zero)), thick, hover);
        canvas.close();
        double text = Math.max(end, zero);
        if (one.hasInterval(category)) {
            double low = left + (right - left) * scale.at(one.low().get(category));
            double high = left + (right - left) * scale.at(one.high().get(category));
            canvas.line("whisker", low, y + thick / 2, high, y + thick / 2);
            canvas.line("whisker", low, y + 3, low, y + thick - 3);
            canvas.line("whisker", high, y + 3, high, y + thick - 3);
            text = Math.max(text, high);
        }
        canvas.text(
                "strong", text + 6, y + thick / 2 + 4.5, "start", axis.unit().text(value));
    }

    private double widestValue() {
        return 8
                + series.stream()
                        .flatMap(each -> each.y().stream())
                        .filter(Double::isFinite)
                        .mapToDouble(value -> TextSize.width(axis.unit().text(value)))
                        .max()
                        .orElse(0);
    }
}
