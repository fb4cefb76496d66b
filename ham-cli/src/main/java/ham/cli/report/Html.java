package ham.cli.report;

import java.util.List;
import java.util.Locale;

/** Pieces of HTML; every text from outside is escaped here. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String section(String title, String explanation, String content) {
        return "<section><h2>" + escape(title) + "</h2><p>" + escape(explanation) + "</p>" + content + "</section>\n";
    }

    /** A table of plain texts: the first column left-aligned, the others right-aligned. */
    static String table(List<String> headings, List<List<String>> rows) {
        StringBuilder html = new StringBuilder("<div class=wide><table><thead><tr>");
        headings.forEach(heading -> html.append("<th>").append(escape(heading)).append("</th>"));
        html.append("</tr></thead><tbody>");
        for (List<String> row : rows) {
            html.append("<tr>");
            row.forEach(cell -> html.append("<td>").append(escape(cell)).append("</td>"));
            html.append("</tr>");
        }
        return html.append("</tbody></table></div>").toString();
    }

    static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
