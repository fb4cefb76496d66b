package ham.report.chart;

import java.util.Locale;

/**
 * A finished chart.
 *
 * @param title what it shows, read aloud by screen readers
 * @param width of the view box, in pixels at full size
 * @param height of the view box
 * @param body the elements inside
 */
public record Drawing(String title, double width, double height, String body) {
    /** On a narrow screen an element shrinks to this part of its width and then scrolls. */
    private static final double SMALLEST = 0.85;

    /** The element for a page that has {@link ChartStyle#CSS}. */
    public String element() {
        return String.format(
                Locale.ROOT,
                "<svg class=\"chart\" style=\"min-width:%.0fpx\" %s>%s",
                SMALLEST * width,
                attributes(),
                content());
    }

    /** A file of its own. */
    public String file() {
        return String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" %s>"
                        + "<style>%s</style><rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>%s%n",
                attributes(),
                ChartStyle.CSS,
                content());
    }

    private String attributes() {
        return String.format(
                Locale.ROOT,
                "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\"",
                width,
                height,
                width,
                height,
                Markup.escape(title));
    }

    private String content() {
        return "<title>" + Markup.escape(title) + "</title>" + body + "</svg>";
    }
}
