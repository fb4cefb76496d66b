package ham.report.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Points with a label each; what an axis cannot show is left out.
 *
 * @param title what the points show
 * @param x what the horizontal axis means
 * @param y what the vertical axis means
 * @param points few enough for every label to have room
 */
public record ScatterChart(String title, Axis x, Axis y, List<Point> points) {
    private static final double NEAR = 9;

    /** A label's box, from its left top. */
    private record Box(double x, double y, double width, double height) {
        boolean meets(Box other) {
            return x < other.x + other.width
                    && other.x < x + width
                    && y < other.y + other.height
                    && other.y < y + height;
        }
    }

    public ScatterChart {
        points = List.copyOf(points);
    }

    /** Draws the points, and each label where it meets no other. */
    public Drawing draw() {
        List<Point> held = points.stream().filter(this::held).toList();
        Frame frame = new Frame(
                title,
                x,
                Scale.of(x, held.stream().mapToDouble(Point::x), 8),
                y,
                Scale.of(y, held.stream().mapToDouble(Point::y), 6),
                List.of());
        List<Box> taken = new ArrayList<>();
        for (Point point : held) {
            taken.add(new Box(frame.x(point.x()) - 6, frame.y(point.y()) - 6, 12, 12));
        }
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            if (!held(point)) {
                continue;
            }
            double horizontal = frame.x(point.x());
            double vertical = frame.y(point.y());
            String hover = point.label() + ": " + x.unit().text(point.x()) + ", "
                    + y.unit().text(point.y());
            frame.canvas().open(ChartStyle.colour(i));
            frame.canvas().marker(i, horizontal, vertical, 5.5, hover);
            Box label = place(frame, horizontal, vertical, TextSize.width(point.label()), taken);
            taken.add(label);
            if (Math.abs(label.y + label.height / 2 - vertical) > 2 * TextSize.LINE) {
                frame.canvas().line("thin", horizontal, vertical, label.x, label.y + label.height / 2);
            }
            frame.canvas().close();
            frame.canvas().text("strong", label.x, label.y + 13, "start", point.label());
        }
        return frame.drawing();
    }

    private boolean held(Point point) {
        return x.shows(point.x()) && y.shows(point.y());
    }

    /** The first free place: right, left, above, below, then farther and farther up and down. */
    private static Box place(Frame frame, double x, double y, double width, List<Box> taken) {
        double height = TextSize.LINE;
        List<Box> candidates = new ArrayList<>();
        for (int away = 0; away < 14; away++) {
            for (int side : new int[] {-1, 1}) {
                double top = y - height / 2 + side * away * 0.75 * height;
                candidates.add(new Box(x + NEAR, top, width, height));
                candidates.add(new Box(x - NEAR - width, top, width, height));
                candidates.add(new Box(x - width / 2, top, width, height));
            }
        }
        return candidates.stream()
                .filter(box -> box.x >= frame.left() && box.x + box.width <= Frame.WIDTH)
                .filter(box -> box.y >= frame.top() - 8 && box.y + box.height <= frame.bottom())
                .filter(box -> taken.stream().noneMatch(box::meets))
                .findFirst()
                .orElse(candidates.get(0));
    }
}
