package ham.bench.figures;

import ham.merge.InputException;
import ham.merge.io.Outputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The table between two marks of a page. */
final class ReadmeTable {
    private static final String BEGIN = "<!-- figures: written by benchmarks/run -->\n";
    private static final String END = "<!-- end of figures -->\n";

    private ReadmeTable() {}

    static String markdown(List<Figure> figures, String machine) {
        return figures.stream()
                .map(Figure::markdown)
                .collect(Collectors.joining(
                        "\n", "| measured | ham | against | command |\n|---|---|---|---|\n", "\n\n" + machine + "\n"));
    }

    /**
     * Replaces it.
     *
     * @throws InputException if the page has no such marks
     */
    static void replace(Path page, String table) throws IOException {
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new InputException(
                    page, "expected the lines '" + BEGIN.strip() + "' and '" + END.strip() + "', found neither or one");
        }
        String changed = text.substring(0, begin + BEGIN.length()) + "\n" + table + "\n" + text.substring(end);
        Outputs.file(page, true, file -> Files.writeString(file, changed));
    }
}
