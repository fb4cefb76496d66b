package ham.report.chart;

import java.util.List;
import java.util.Locale;

/** SVG elements, one after the other; coordinates in pixels from the top left. */
final class Canvas {
    private final StringBuilder svg = new StringBuilder();

    /** A line from one point to another. */
    Canvas line(String style, double x1, double y1, double x2, double y2) {
        return add("<path class=\"%s\" d=\"M%s %sL%s %s\"/>", style, at(x1), at(y1), at(x2), at(y2));
    }

    /** A path, with more attributes or none. */
    Canvas path(String style, String attributes, String data) {
        return data.isEmpty() ? this : add("<path class=\"%s\"%s d=\"%s\"/>", style, attributes, data);
    }

    /** A rectangle that shows a text under the pointer. */
    Canvas rectangle(String style, String attributes, double x, double y, double width, double height, String hover) {
        return add(
                "<rect class=\"%s\"%s x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"%s",
                style, attributes, at(x), at(y), at(width), at(height), hover("rect", hover));
    }

    /** A text whose anchor is {@code start}, {@code middle} or {@code end}; y is its base line. */
    Canvas text(String style, double x, double y, String anchor, String content) {
        return content.isEmpty()
                ? this
                : add(
                        "<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>",
                        style, at(x), at(y), anchor, Markup.escape(content));
    }

    /** A text that runs from the bottom to the top. */
    Canvas upright(String style, double x, double y, String anchor, String content) {
        return content.isEmpty()
                ? this
                : add(
                        "<text class=\"%s\" transform=\"translate(%s %s) rotate(-90)\" text-anchor=\"%s\">%s</text>",
                        style, at(x), at(y), anchor, Markup.escape(content));
    }

    /** The marker of a series: a circle, a square, a triangle or a diamond. */
    Canvas marker(int series, double x, double y, double radius, String hover) {
        String shape =
                switch (series % 4) {
                    case 0 -> "M" + at(x - radius) + " " + at(y) + arc(radius, 2) + arc(radius, -2) + "z";
                    case 1 -> polygon(x, y, 0.9 * radius, -1, -1, 1, -1, 1, 1, -1, 1);
                    case 2 -> polygon(x, y, 1.15 * radius, 0, -1, 1, 0.8, -1, 0.8);
                    default -> polygon(x, y, 1.3 * radius, 0, -1, 1, 0, 0, 1, -1, 0);
                };
        return add("<path class=\"fill\" d=\"%s\"%s", shape, hover("path", hover));
    }

    private static String arc(double radius, int diameters) {
        return "a" + at(radius) + " " + at(radius) + " 0 1 0 " + at(diameters * radius) + " 0";
    }

    private static String polygon(double x, double y, double radius, double... corners) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < corners.length; i += 2) {
            path.append(i == 0 ? 'M' : 'L')
                    .append(at(x + radius * corners[i]))
                    .append(' ')
                    .append(at(y + radius * corners[i + 1]));
        }
        return path.append('z').toString();
    }

    /** Opens a group of a class, which {@link #close} ends. */
    Canvas open(String style) {
        return add("<g class=\"%s\">", style);
    }

    Canvas close() {
        svg.append("</g>\n");
        return this;
    }

    /** A path through points [x, y]. */
    static String through(List<double[]> points) {
        StringBuilder path = new StringBuilder();
        for (double[] point : points) {
            path.append(path.isEmpty() ? 'M' : 'L')
                    .append(at(point[0]))
                    .append(' ')
                    .append(at(point[1]));
        }
        return path.toString();
    }

    /** The end of a start tag, and what follows. */
    private static String hover(String element, String text) {
        return text.isEmpty() ? "/>" : "><title>" + Markup.escape(text) + "</title></" + element + ">";
    }

    /** A coordinate with one decimal where it has any. */
    static String at(double value) {
        long tenths = Math.round(10 * value);
        String sign = tenths < 0 ? "-" : "";
        long size = Math.abs(tenths);
        return sign + size / 10 + (size % 10 == 0 ? "" : "." + size % 10);
    }

    private Canvas add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments));
        return this;
    }

    @Override
    public String toString() {
        return svg.toString();
    }
}
