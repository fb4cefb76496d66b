package ham.report.chart;

import java.util.ArrayList;
import java.util.List;

/** Names of series with their markers, in as many lines as they need. */
final class Legend {
    private static final double MARK = 22;
    private static final double GAP = 18;
    private static final double LONGEST = 320;

    private final List<String> names;
    private final List<double[]> places = new ArrayList<>();
    private final double height;

    /** A legend from left to right; one series alone needs none, and those without values are left out. */
    Legend(List<Series> series, double left, double right) {
        this.names = series.size() < 2
                ? List.of()
                : series.stream()
                        .map(each -> each.values().anyMatch(Double::isFinite) ? each.name() : "")
                        .map(name -> TextSize.shortened(name, LONGEST))
                        .toList();
        double x = left;
        double y = 0;
        for (String name : this.names) {
            if (name.isEmpty()) {
                places.add(new double[] {x, y});
                continue;
            }
            double width = MARK + TextSize.width(name);
            if (x > left && x + width > right) {
                x = left;
                y += TextSize.LINE;
            }
            places.add(new double[] {x, y});
            x += width + GAP;
        }
        this.height = this.names.isEmpty() ? 0 : y + TextSize.LINE + 8;
    }

    double height() {
        return height;
    }

    /** Draws it below a height. */
    void draw(Canvas canvas, double top) {
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isEmpty()) {
                continue;
            }
            double x = places.get(i)[0];
            double y = top + places.get(i)[1] + TextSize.LINE / 2;
            canvas.open(ChartStyle.colour(i));
            canvas.path(
                    "line", ChartStyle.dash(i), Canvas.through(List.of(new double[] {x, y}, new double[] {x + 16, y})));
            canvas.marker(i, x + 8, y, 4, "").close();
            canvas.text("strong", x + MARK, y + 4.5, "start", names.get(i));
        }
    }
}
