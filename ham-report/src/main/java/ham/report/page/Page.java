package ham.report.page;

import ham.report.chart.ChartStyle;
import ham.report.chart.Markup;
import java.util.ArrayList;
import java.util.List;

/** One HTML page of sections that needs no script, no network and no other file; light, dark and on paper. */
public final class Page {
    private static final String STYLE =
            """
            *{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:54rem;margin:2rem auto;padding:0 1.2rem;overflow-wrap:break-word}
            h1{font-size:1.7rem;line-height:1.25;margin:0}h2{font-size:1.25rem;margin:0}h3{font-size:1rem;margin:1.2rem 0 .3rem}p{color:var(--muted);margin:.3rem 0 .8rem;max-width:46rem}
            section{margin:0;padding:1.6rem 0 .4rem;border-top:1px solid var(--grid)}
            nav{margin:1rem 0 1.4rem;font-size:.9rem}nav a{display:inline-block;color:var(--k0);margin-right:1.1rem;text-decoration:none}nav a:hover{text-decoration:underline}
            .cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}.card{background:var(--card);border-radius:.6rem;padding:.7rem 1rem;min-width:8rem}
            .card b{display:block;font-size:1.4rem;line-height:1.3}.card span{color:var(--muted);font-size:.85rem}
            .wide{overflow-x:auto;margin:.6rem 0 1rem}figure svg{display:block;max-width:100%;height:auto}
            table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem}
            th,td{padding:.25rem .7rem;border-bottom:1px solid var(--grid);text-align:right;vertical-align:top}td{white-space:nowrap}
            th:first-child,td:first-child{text-align:left;padding-left:0}th{color:var(--muted);font-weight:600;vertical-align:bottom}
            td{max-width:26rem;overflow:hidden;text-overflow:ellipsis}th.said,td.said{text-align:left;white-space:normal;min-width:16rem}td.said{overflow-wrap:anywhere}
            dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.15rem 1rem;font-size:.875rem;margin:.4rem 0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
            ul{margin:.4rem 0 1rem;padding-left:1.2rem;max-width:48rem}li{margin:.2rem 0}
            ul.warning{list-style:none;padding:.6rem 1rem;border-left:4px solid var(--k1);background:var(--card);border-radius:0 .4rem .4rem 0}
            summary{cursor:pointer;font-weight:600;font-size:.95rem}details{margin:.8rem 0}
            pre{background:var(--card);padding:.8rem;border-radius:.6rem;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem}
            @media print{body{max-width:none;margin:0;font-size:11pt}nav{display:none}figure,tr,.card{break-inside:avoid}h2,h3{break-after:avoid}figure svg{min-width:0!important;max-width:17cm}
            .wide{overflow:visible}details::details-content{content-visibility:visible}.card,ul.warning,pre{border:1px solid var(--grid)}}
            """;

    private final String title;
    private final String subtitle;
    private final StringBuilder lead = new StringBuilder();
    private final List<String> headings = new ArrayList<>();
    private final StringBuilder sections = new StringBuilder();

    /** A page that begins with a title and a sentence. */
    public Page(String title, String subtitle) {
        this.title = title;
        this.subtitle = subtitle;
    }

    /** Adds to what stands before the first section. */
    public Page lead(String content) {
        lead.append(content);
        return this;
    }

    /** Adds a section, unless it has no content: what was not measured has no empty place. */
    public Page section(String heading, String explanation, String... contents) {
        String content = String.join("", contents);
        if (!content.isEmpty()) {
            headings.add(heading);
            sections.append("<section id=\"s")
                    .append(headings.size())
                    .append("\"><h2>")
                    .append(Markup.escape(heading))
                    .append("</h2>")
                    .append(explanation.isEmpty() ? "" : Html.paragraph(explanation))
                    .append(content)
                    .append("</section>\n");
        }
        return this;
    }

    /** The whole page. */
    public String html() {
        StringBuilder nav = new StringBuilder();
        for (int i = 0; i < headings.size(); i++) {
            nav.append("<a href=\"#s")
                    .append(i + 1)
                    .append("\">")
                    .append(Markup.escape(headings.get(i)))
                    .append("</a> ");
        }
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                + "<meta name=\"viewport\" content=\"width=device-width\"/><title>ham: " + Markup.escape(title)
                + "</title><style>" + ChartStyle.CSS + STYLE + "</style></head><body>\n<h1>" + Markup.escape(title)
                + "</h1>" + Html.paragraph(subtitle) + lead
                + (headings.size() > 2 ? "<nav aria-label=\"sections\">" + nav + "</nav>\n" : "") + sections
                + "</body></html>\n";
    }
}
