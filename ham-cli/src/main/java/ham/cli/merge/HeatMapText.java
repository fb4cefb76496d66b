package ham.cli.merge;

import ham.cli.console.Table;
import ham.merge.folder.MergeSimilarity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A similarity matrix for a terminal: shades of blue (alike) and red (opposed), or plain numbers. */
final class HeatMapText {
    private static final String SHADES = " ░▒▓█";
    private static final String BLUE = "\u001b[34m";
    private static final String RED = "\u001b[31m";
    private static final String RESET = "\u001b[0m";
    /** More adapters than this get a cell of one character. */
    private static final int WIDE = 40;

    private HeatMapText() {}

    /** The matrix with a line an adapter. */
    static String of(MergeSimilarity similarity, boolean shades) {
        return shades ? shaded(similarity) : numbers(similarity);
    }

    private static String numbers(MergeSimilarity similarity) {
        List<String> names = similarity.matrix().names();
        List<String> headings = new ArrayList<>(List.of("cosine", "group"));
        for (int i = 0; i < names.size(); i++) {
            headings.add(String.valueOf(i));
        }
        Table table = new Table(headings.toArray(String[]::new));
        for (int i = 0; i < names.size(); i++) {
            List<String> cells = new ArrayList<>(List.of(i + " " + names.get(i), String.valueOf(similarity.group(i))));
            for (double cosine : similarity.matrix().cosines()[i]) {
                cells.add(String.format(Locale.ROOT, "%.3f", cosine));
            }
            table.row(cells.toArray(String[]::new));
        }
        return table.toString();
    }

    private static String shaded(MergeSimilarity similarity) {
        List<String> names = similarity.matrix().names();
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        double scale = similarity.matrix().largest();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            text.append(String.format(Locale.ROOT, "%-" + width + "s  %d ", names.get(i), similarity.group(i)));
            for (double cosine : similarity.matrix().cosines()[i]) {
                text.append(cell(cosine, scale, names.size() > WIDE ? 1 : 2));
            }
            text.append(RESET).append('\n');
        }
        return text
                + String.format(
                        Locale.ROOT,
                        "cosine %s%.3f or below%s ... 0 ... %s%.3f or above%s; adapters in the order of their groups",
                        RED,
                        -scale,
                        RESET,
                        BLUE,
                        scale,
                        RESET);
    }

    private static String cell(double cosine, double scale, int width) {
        double level = Math.min(1, Math.abs(cosine) / scale);
        char shade = SHADES.charAt((int) Math.round(level * (SHADES.length() - 1)));
        return (cosine < 0 ? RED : BLUE) + String.valueOf(shade).repeat(width);
    }
}
