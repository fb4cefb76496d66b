package ham.report.chart;

/** About how wide a text is; rather too wide than too narrow, because the font is the reader's. */
final class TextSize {
    /** Height of a line of text. */
    static final double LINE = 18;

    private static final String NARROW = "ijlI.,:;'|!()[]{} /ft-r\"";
    private static final String WIDE = "mwMW@%—…";

    private TextSize() {}

    /** Width in pixels at the charts' font size of 13. */
    static double width(String text) {
        return 13 * text.codePoints().mapToDouble(TextSize::em).sum();
    }

    private static double em(int code) {
        if (code >= 0x1100) {
            return code == '—' || code == '…' ? 1 : 1.1;
        }
        if (WIDE.indexOf(code) >= 0) {
            return 0.98;
        }
        if (NARROW.indexOf(code) >= 0) {
            return 0.42;
        }
        return Character.isUpperCase(code) ? 0.74 : 0.635;
    }

    /** The text itself, or its beginning with an ellipsis. */
    static String shortened(String text, double width) {
        if (width(text) <= width) {
            return text;
        }
        int end = text.length();
        while (end > 1 && width(text.substring(0, end)) > width - 13) {
            end = text.offsetByCodePoints(end, -1);
        }
        return text.substring(0, end) + "…";
    }
}
