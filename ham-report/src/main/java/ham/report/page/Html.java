package ham.report.page;

import ham.report.chart.Drawing;
import ham.report.chart.Markup;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Pieces of a page; every text from outside is escaped here. */
public final class Html {
    /** A table with more rows is folded. */
    private static final int LONG_TABLE = 24;

    /** A cell of more characters is a sentence. */
    private static final int SENTENCE = 48;

    private Html() {}

    /** A paragraph of plain text. */
    public static String paragraph(String text) {
        return "<p>" + Markup.escape(text) + "</p>\n";
    }

    /** A chart; on narrow screens it scrolls instead of shrinking until nobody can read it. */
    public static String figure(Drawing drawing) {
        return "<figure class=\"wide\">" + drawing.element() + "</figure>\n";
    }

    /**
     * A table of plain texts: the first column left-aligned, the others right-aligned, but for columns that hold sentences, which are left-aligned and
     * wrapped; folded when it is long.
     *
     * @param caption what it shows
     */
    public static String table(String caption, List<String> headings, List<? extends List<String>> rows) {
        StringBuilder html = new StringBuilder("<div class=\"wide\"><table><thead><tr>");
        List<String> styles = IntStream.range(0, headings.size())
                .mapToObj(column -> rows.stream()
                                .anyMatch(row ->
                                        column < row.size() && row.get(column).length() > SENTENCE)
                        ? " class=\"said\""
                        : "")
                .toList();
        for (int column = 0; column < headings.size(); column++) {
            html.append("<th scope=\"col\"" + styles.get(column) + ">")
                    .append(Markup.escape(headings.get(column)))
                    .append("</th>");
        }
        html.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            html.append("<tr>");
            for (int column = 0; column < row.size(); column++) {
                String style = column < styles.size() ? styles.get(column) : "";
                html.append("<td" + style + ">")
                        .append(Markup.escape(row.get(column)))
                        .append("</td>");
            }
            html.append("</tr>\n");
        }
        html.append("</tbody></table></div>\n");
        return rows.size() > LONG_TABLE
                ? "<details><summary>" + Markup.escape(caption) + ", " + rows.size() + " rows</summary>" + html
                        + "</details>\n"
                : "<h3>" + Markup.escape(caption) + "</h3>" + html;
    }

    /** Names and values; values may be long. */
    public static String facts(String caption, Map<String, String> facts) {
        StringBuilder html = new StringBuilder("<h3>" + Markup.escape(caption) + "</h3><dl>");
        facts.forEach((name, value) -> html.append("<dt>")
                .append(Markup.escape(name))
                .append("</dt><dd>")
                .append(Markup.escape(value))
                .append("</dd>\n"));
        return html.append("</dl>\n").toString();
    }

    /** Large figures with what they are. */
    public static String cards(Map<String, String> cards) {
        StringBuilder html = new StringBuilder("<div class=\"cards\">");
        cards.forEach((label, value) -> html.append("<div class=\"card\"><b>")
                .append(Markup.escape(value))
                .append("</b><span>")
                .append(Markup.escape(label))
                .append("</span></div>"));
        return html.append("</div>\n").toString();
    }

    /** A list of sentences. */
    public static String list(List<String> sentences) {
        return list("", sentences);
    }

    /** A list of sentences that must be seen. */
    public static String warnings(List<String> sentences) {
        return list(" class=\"warning\"", sentences);
    }

    private static String list(String attributes, List<String> sentences) {
        if (sentences.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder("<ul" + attributes + ">");
        sentences.forEach(
                each -> html.append("<li>").append(Markup.escape(each)).append("</li>\n"));
        return html.append("</ul>\n").toString();
    }

    /** A command line. */
    public static String command(String text) {
        return "<pre>" + Markup.escape(text) + "</pre>\n";
    }
}
