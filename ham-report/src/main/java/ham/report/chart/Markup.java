package ham.report.chart;

/** Texts from outside, made harmless inside HTML and XML. */
public final class Markup {
    private Markup() {}

    /** As content or as the value of a quoted attribute; what XML cannot hold becomes U+FFFD. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(code -> {
            switch (code) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(allowed(code) ? code : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    /** XML 1.0, production 2 (Char), without the C1 control characters, which HTML forbids. */
    private static boolean allowed(int code) {
        return code == '\t'
                || code == '\n'
                || (code >= 0x20 && code < 0x7F)
                || (code >= 0xA0 && code < 0xD800)
                || (code >= 0xE000 && code < 0xFFFE)
                || code >= 0x10000;
    }
}
