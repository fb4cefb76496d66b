package ham.train.data;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Lists of texts with their classes: {@code train.csv} and {@code test.csv} (also {@code val}, {@code validation}, {@code dev}; {@code .tsv},
 * {@code .json}, {@code .jsonl}), one list with a column {@code split}, or CLINC150's JSON (an object of part to pairs of text and intent), whose
 * rows out of scope are left out. Of several parts to measure with the first of {@code test}, {@code val}, ... counts.
 *
 * <p>Classes are sorted by name. Where the data are named by a file {@code domains.json} (an object of group to names of classes) they stand in its
 * order instead, so that the natural order brings one group after the other.
 */
final class TextLists implements DataLayout {
    private static final String KIND = "a list of texts";
    private static final String GROUPS = "domains.json";
    private static final String OUT_OF_SCOPE = "oos";
    private static final List<String> WHOLE = List.of(
            "data_full",
            "data_small",
            "data_imbalanced",
            "data_oos_plus",
            "data",
            "texts",
            "dataset",
            "list",
            "metadata");

    private final TextColumns columns;

    TextLists(TextColumns columns) {
        this.columns = columns;
    }

    @Override
    public boolean isIn(Path data) {
        List<ListSource> sources = ListSource.find(lists(data), WHOLE);
        return !sources.isEmpty()
                && new TextSniffer(columns).isText(sources.get(0).list());
    }

    private static boolean isGroups(Path data) {
        return Files.isRegularFile(data) && data.getFileName().toString().equals(GROUPS);
    }

    /** Beside a file of groups lie the lists. */
    private static Path lists(Path data) {
        return isGroups(data) ? data.toAbsolutePath().getParent() : data;
    }

    /** A text before its class has a number. */
    private record Row(String text, String label, boolean training, String part) {}

    @Override
    public Dataset open(Path data, Wanted wanted) {
        List<ListSource> sources = ListSource.find(lists(data), WHOLE);
        List<Path> files = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        for (ListSource source : sources) {
            files.add(source.list());
            for (ListRow row : ListRows.read(source.list(), KIND)) {
                String part = row.partName();
                if (!part.toLowerCase(Locale.ROOT).startsWith(OUT_OF_SCOPE)) {
                    rows.add(new Row(
                            row.example(columns.texts(), "a text"),
                            row.label(columns.labels(), "a class"),
                            source.isTraining(part, row.where(), wanted),
                            part));
                }
            }
        }
        List<Row> train = rows.stream().filter(Row::training).toList();
        List<Row> test =
                ListSource.first(rows.stream().filter(row -> !row.training()).toList(), Row::part);
        ListSource.requireParts(data, TextSet.KIND, !train.isEmpty(), !test.isEmpty(), wanted);
        ListClasses classes = classes(
                data,
                sources.get(0).list(),
                Stream.concat(train.stream(), test.stream()).map(Row::label).toList());
        classes.file().ifPresent(files::add);
        if (isGroups(data)) {
            files.add(data);
        }
        return new Dataset(texts(train, classes), texts(test, classes), classes.names(), files);
    }

    private static ListClasses classes(Path data, Path list, List<String> labels) {
        if (!isGroups(data)) {
            return ListClasses.of(list, labels);
        }
        List<String> grouped = new ArrayList<>();
        for (JsonNode group : JsonFiles.read(data, "an object of group to names of classes")) {
            group.forEach(name -> grouped.add(name.asText()));
        }
        HashSet<String> found = new HashSet<>(labels);
        if (new HashSet<>(grouped).size() != grouped.size() || !found.equals(new HashSet<>(grouped))) {
            throw new InputException(
                    data,
                    "expected every class of " + list.getFileName() + " once, found " + grouped.size()
                            + " names for its " + found.size() + " classes; give the groups of these data");
        }
        return ListClasses.of(grouped);
    }

    private static TextSet texts(List<Row> rows, ListClasses classes) {
        return new TextSet(
                rows.stream().map(Row::text).toList(),
                rows.stream().map(row -> classes.number(row.label())).toList());
    }
}
