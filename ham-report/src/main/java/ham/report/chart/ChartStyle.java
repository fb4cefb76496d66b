package ham.report.chart;

/**
 * Colours and lines of all charts, for light and dark grounds and for paper. Series have the colours of Okabe and Ito (<i>Color Universal
 * Design</i>, 2008), darkened on white and lightened on black until each stands out at least 3 to 1, and differ in dash and marker too.
 */
public final class ChartStyle {
    /** How many colours there are; further series repeat them with another dash and marker. */
    static final int COLOURS = 7;

    /** Style sheet: variables of the colours, and the classes that charts use. */
    public static final String CSS =
            """
            :root{color-scheme:light dark;--fg:#1d2330;--muted:#525c6d;--bg:#fff;--card:#f4f6f9;--grid:#d9dee7;--up:#0072b2;--down:#c8440a;
            --k0:#0068a8;--k1:#e06a10;--k2:#007d5c;--k3:#c0609f;--k4:#3c3f4a;--k5:#7a5a00;--k6:#3d97cf}
            @media screen and (prefers-color-scheme:dark){:root{--fg:#e6e9ef;--muted:#a7b0c0;--bg:#12151c;--card:#1c212c;--grid:#333b4a;--up:#3a93cc;--down:#d96c36;
            --k0:#4aa8e0;--k1:#f0814a;--k2:#2fc196;--k3:#dd8fc2;--k4:#c6cad6;--k5:#e8c547;--k6:#a5e4ff}}
            .chart{font-family:system-ui,sans-serif;font-size:13px}
            .chart text{fill:var(--muted)}.chart text.strong{fill:var(--fg)}.chart text.head{fill:var(--fg);font-weight:600;font-size:14px}
            .chart .ground{fill:var(--bg)}.chart .grid{stroke:var(--grid);fill:none}.chart .axis{stroke:var(--muted);fill:none}
            .chart .line{stroke:currentColor;fill:none;stroke-width:2;stroke-linejoin:round}
            .chart .thin{stroke:currentColor;fill:none;stroke-width:1.2}.chart .fill{fill:currentColor}.chart .band{fill:currentColor;fill-opacity:.16}
            .chart .faint{stroke:currentColor;fill:none;stroke-width:2;stroke-opacity:.3}
            .chart .whisker{stroke:var(--fg);fill:none;stroke-width:1.4}.chart .hit{fill:transparent}
            .chart .up{fill:var(--up)}.chart .down{fill:var(--down)}
            .k0{color:var(--k0)}.k1{color:var(--k1)}.k2{color:var(--k2)}.k3{color:var(--k3)}.k4{color:var(--k4)}.k5{color:var(--k5)}.k6{color:var(--k6)}
            """;

    private static final String[] DASHES = {"", "7 4", "2 3", "10 4 2 4"};

    private ChartStyle() {}

    /** Class of a series. */
    static String colour(int series) {
        return "k" + series % COLOURS;
    }

    /** Attribute of a series' line, empty while colours suffice. */
    static String dash(int series) {
        String dash = DASHES[series / COLOURS % DASHES.length];
        return dash.isEmpty() ? "" : " stroke-dasharray=\"" + dash + "\"";
    }
}
