package ham.report.chart;

import java.util.List;

/** The frame of a plot with two axes: title, legend, grid, marks and the headings of the axes. */
final class Frame {
    static final double WIDTH = 800;
    private static final double PLOT = 280;
    private static final double RIGHT = 22;

    private final Canvas canvas = new Canvas();
    private final String title;
    private final Scale horizontal;
    private final Scale vertical;
    private final double left;
    private final double top;

    /**
     * @param x what the horizontal axis means
     * @param horizontal scale of x
     * @param y what the vertical axis means
     * @param vertical scale of y
     * @param series for the legend
     */
    Frame(String title, Axis x, Scale horizontal, Axis y, Scale vertical, List<Series> series) {
        this.title = title;
        this.horizontal = horizontal;
        this.vertical = vertical;
        double longest = vertical.ticks().stream()
                .mapToDouble(tick -> TextSize.width(tick.label()))
                .max()
                .orElse(0);
        this.left = 34 + longest;
        Legend legend = new Legend(series, left, WIDTH - RIGHT);
        canvas.text("head", 4, 18, "start", TextSize.shortened(title, (WIDTH - 8) / 1.15));
        legend.draw(canvas, 30);
        this.top = 40 + legend.height();
        for (Tick tick : vertical.ticks()) {
            double at = y(tick.value());
            canvas.line("grid", left, at, WIDTH - RIGHT, at);
            canvas.text("tick", left - 8, at + 4.5, "end", tick.label());
        }
        marks();
        canvas.line("axis", left, bottom(), WIDTH - RIGHT, bottom());
        canvas.text("label", (left + WIDTH - RIGHT) / 2, bottom() + 42, "middle", x.heading());
        canvas.upright("label", 16, top + PLOT / 2, "middle", TextSize.shortened(y.heading(), PLOT + 20));
    }

    /** Marks of the horizontal axis, leaving out what would touch its neighbour. */
    private void marks() {
        double free = 0;
        for (Tick tick : horizontal.ticks()) {
            double at = x(tick.value());
            double half = TextSize.width(tick.label()) / 2;
            canvas.line("axis", at, bottom(), at, bottom() + 5);
            if (at - half >= free && at + half <= WIDTH) {
                canvas.text("tick", at, bottom() + 21, "middle", tick.label());
                free = at + half + 6;
            }
        }
    }

    Canvas canvas() {
        return canvas;
    }

    double x(double value) {
        return left + 10 + (WIDTH - RIGHT - left - 20) * horizontal.at(value);
    }

    double y(double value) {
        return top + PLOT * (1 - vertical.at(value));
    }

    double left() {
        return left;
    }

    double top() {
        return top;
    }

    double right() {
        return WIDTH - RIGHT;
    }

    double bottom() {
        return top + PLOT;
    }

    Drawing drawing() {
        return new Drawing(title, WIDTH, bottom() + 54, canvas.toString());
    }
}
