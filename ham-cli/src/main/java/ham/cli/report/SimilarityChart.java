package ham.cli.report;

import ham.merge.folder.MergeSimilarity;
import java.util.List;
import java.util.Locale;

/**
 * A similarity matrix as an SVG file of its own: a heat map (blue alike, red opposed) with adapters in the order of their groups, a bracket for
 * every group, and the scale of the colours. Readable on light and dark grounds.
 */
public final class SimilarityChart {
    private static final int SIDE = 720;
    private static final int LARGEST_CELL = 48;
    /** Smaller cells have no name beside them, only a tooltip. */
    private static final int SMALLEST_NAMED_CELL = 9;
    /** Smaller cells have no number in them. */
    private static final int SMALLEST_NUMBERED_CELL = 34;

    private static final int FONT = 12;
    private static final int LONGEST_NAME = 24;
    private static final int BRACKET = 90;
    private static final int SCALE_HEIGHT = 56;
    private static final int SCALE_STEPS = 11;
    private static final String STYLE =
            """
            svg{--fg:#1d2330;--bg:#fff;--up:#2563eb;--down:#dc2626}
            @media (prefers-color-scheme:dark){svg{--fg:#e6e9ef;--bg:#12151c;--up:#60a5fa;--down:#f87171}}
            text{fill:var(--fg);font-family:system-ui,sans-serif}.ground{fill:var(--bg)}
            .up{fill:var(--up)}.down{fill:var(--down)}.line{fill:none;stroke:var(--fg);stroke-width:1.5}
            """;

    private final MergeSimilarity similarity;
    private final List<String> names;
    private final double largest;
    private final double cell;
    private final double side;
    private final double margin;
    private final StringBuilder svg = new StringBuilder();

    private SimilarityChart(MergeSimilarity similarity) {
        this.similarity = similarity;
        this.names = similarity.matrix().names();
        this.largest = similarity.matrix().largest();
        this.cell = Math.min(LARGEST_CELL, (double) SIDE / names.size());
        this.side = cell * names.size();
        int longest =
                names.stream().mapToInt(name -> shortened(name).length()).max().orElse(0);
        this.margin = 12 + (named() ? 0.62 * font() * longest : 0);
    }

    /** The whole file. */
    public static String svg(MergeSimilarity similarity) {
        SimilarityChart chart = new SimilarityChart(similarity);
        chart.frame();
        chart.cells();
        chart.names();
        chart.groups();
        chart.scale();
        return chart.svg.append("</svg>\n").toString();
    }

    private boolean named() {
        return cell >= SMALLEST_NAMED_CELL;
    }

    private double font() {
        return Math.min(FONT, cell - 1);
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    private void frame() {
        double width = Math.max(margin + side + BRACKET, 320);
        double height = margin + side + SCALE_HEIGHT;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\">"
                        + "<title>cosines between %d adapters</title><style>%s</style>"
                        + "<rect class=\"ground\" width=\"%.0f\" height=\"%.0f\"/>%n",
                width, height, width, height, names.size(), STYLE, width, height);
    }

    private void cells() {
        for (int i = 0; i < names.size(); i++) {
            for (int j = 0; j < names.size(); j++) {
                double cosine = similarity.matrix().cosines()[i][j];
                double x = margin + j * cell;
                double y = margin + i * cell;
                add(
                        "<rect class=\"%s\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.2f\">"
                                + "<title>%s, %s: %.4f</title></rect>",
                        kind(cosine), opacity(cosine), x, y, cell, cell, escaped(i), escaped(j), cosine);
                if (cell >= SMALLEST_NUMBERED_CELL) {
                    text(
                            x + cell / 2,
                            y + cell / 2 + 4,
                            "middle",
                            FONT - 1,
                            String.format(Locale.ROOT, "%.2f", cosine));
                }
            }
            svg.append('\n');
        }
    }

    private static String kind(double cosine) {
        return cosine < 0 ? "down" : "up";
    }

    private double opacity(double cosine) {
        return 0.8 * Math.min(1, Math.abs(cosine) / largest);
    }

    private String escaped(int adapter) {
        return Html.escape(names.get(adapter));
    }

    private void names() {
        for (int i = 0; named() && i < names.size(); i++) {
            double middle = margin + (i + 0.5) * cell;
            text(margin - 6, middle + font() / 3, "end", font(), shortened(names.get(i)));
            add("<g transform=\"translate(%.1f %.1f) rotate(-90)\">", middle + font() / 3, margin - 6);
            text(0, 0, "start", font(), shortened(names.get(i)));
            svg.append("</g>\n");
        }
    }

    private void groups() {
        int first = 0;
        for (int g = 0; g < similarity.groups().size(); g++) {
            int size = similarity.groups().get(g);
            double top = margin + first * cell + 1;
            double bottom = margin + (first + size) * cell - 1;
            double right = margin + side;
            add(
                    "<path class=\"line\" d=\"M%.1f %.1fh6V%.1fh-6\"><title>group %d: %d adapters</title></path>",
                    right + 4, top, bottom, g, size);
            if (bottom - top >= FONT - 2) {
                text(right + 16, (top + bottom) / 2 + 4, "start", FONT, "group " + g);
            }
            first += size;
        }
    }

    private void scale() {
        double y = margin + side + 16;
        double width = 200.0 / SCALE_STEPS;
        for (int i = 0; i < SCALE_STEPS; i++) {
            double cosine = largest * (2.0 * i / (SCALE_STEPS - 1) - 1);
            add(
                    "<rect class=\"%s\" fill-opacity=\"%.2f\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"12\"/>",
                    kind(cosine), opacity(cosine), 24 + i * width, y, width);
        }
        text(24, y + 28, "start", FONT, String.format(Locale.ROOT, "%.2f", -largest));
        text(124, y + 28, "middle", FONT, "cosine 0");
        text(224, y + 28, "end", FONT, String.format(Locale.ROOT, "%.2f", largest));
    }

    private void text(double x, double y, String anchor, double size, String content) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%.1f\">%s</text>",
                x, y, anchor, size, Html.escape(content));
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments));
    }
}
