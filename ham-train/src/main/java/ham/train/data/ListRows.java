package ham.train.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import ham.common.BrokenJson;
import ham.merge.InputException;
import ham.runtime.ModelException;
import ham.runtime.json.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one list of examples: CSV with a header (comma, semicolon or tab between values, RFC 4180), JSON (a list of objects or pairs, an object of
 * example to class, or an object of part to list) or one JSON object a line.
 */
final class ListRows {
    /** Path and class: behind the ending of an image's name, else behind the last space, comma or semicolon. */
    private static final Pattern NAMED = Pattern.compile("(" + ImageNames.NAME + ")[\\s,;]+(.*\\S)");

    private static final Pattern OTHER = Pattern.compile("(.*[^\\s,;])[\\s,;]+([^\\s,;]+)");

    private final Path list;
    private final String what;
    private final List<ListRow> rows = new ArrayList<>();

    private ListRows(Path list, String what) {
        this.list = list;
        this.what = what;
    }

    /**
     * Reads a list.
     *
     * @param what for messages: {@code a list of images}
     * @throws InputException when it is damaged or in another encoding
     */
    static List<ListRow> read(Path list, String what) {
        ListRows reader = new ListRows(list, what);
        String text;
        try {
            text = TextFile.read(list, what);
        } catch (ModelException e) {
            throw new InputException(e.getMessage(), e);
        }
        try {
            if (text.isBlank()) {
                throw new InputException(list, "expected " + what + ", found an empty file; fill it");
            }
            switch (extension(list)) {
                case "json" -> reader.json(text);
                case "txt" -> reader.lines(text);
                case "jsonl", "ndjson" -> reader.objects(new ObjectMapper().readerFor(JsonNode.class), text, "object ");
                default -> reader.csv(text);
            }
        } catch (JsonProcessingException e) {
            throw new InputException(
                    list,
                    "expected " + what + ", found line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + " broken ("
                            + BrokenJson.problem(e.getOriginalMessage()) + "); mend it",
                    e);
        } catch (IOException e) {
            throw InputException.unreadable(list, e);
        }
        return reader.rows;
    }

    static String extension(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private void csv(String text) throws IOException {
        String header = text.lines().findFirst().orElse("");
        objects(
                new CsvMapper()
                        .enable(CsvParser.Feature.TRIM_SPACES)
                        .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                        .readerFor(JsonNode.class)
                        .with(CsvSchema.emptySchema().withHeader().withColumnSeparator(separator(header))),
                text,
                "row ");
    }

    /** A path and a class in each line; without a class it is the image's folder. */
    private void lines(String text) {
        int number = 0;
        for (String line : (Iterable<String>) text.lines().map(String::strip)::iterator) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = "line " + number;
            Matcher named = NAMED.matcher(line);
            Matcher other = OTHER.matcher(line);
            if (line.matches(ImageNames.NAME)) {
                Path folder = Path.of(line.replace('\\', '/')).getParent();
                if (folder == null) {
                    throw new InputException(
                            list,
                            where + ": expected the path of an image and its class, found '" + line
                                    + "'; give a class, or paths of CLASS/IMAGE");
                }
                pair(line, folder.getFileName().toString(), where);
            } else if (named.matches()) {
                pair(named.group(1), named.group(2), where);
            } else if (other.matches()) {
                pair(other.group(1), other.group(2), where);
            } else {
                throw new InputException(
                        list,
                        where + ": expected the path of an image and its class, found '" + line + "'; mend the line");
            }
        }
    }

    private void pair(String example, String label, String where) {
        rows.add(new ListRow(list, Map.of(), List.of(new TextNode(example), new TextNode(label)), "", where));
    }

    /** What stands between the values of a header. */
    static char separator(String header) {
        return ";\t|"
                .chars()
                .mapToObj(each -> (char) each)
                .filter(each -> count(header, each) > count(header, ','))
                .findFirst()
                .orElse(',');
    }

    private static long count(String text, char wanted) {
        return text.chars().filter(each -> each == wanted).count();
    }

    private void objects(ObjectReader reader, String text, String each) throws IOException {
        try (MappingIterator<JsonNode> objects = reader.readValues(text)) {
            for (int number = 1; objects.hasNextValue(); number++) {
                add(objects.nextValue(), "", each + number);
            }
        }
    }

    private void json(String text) throws IOException {
        JsonNode root = new ObjectMapper().readTree(text);
        if (root.isArray()) {
            array(root, "");
            return;
        }
        for (Map.Entry<String, JsonNode> each : root.properties()) {
            if (each.getValue().isArray()) {
                array(each.getValue(), each.getKey());
            } else if (each.getValue().isValueNode()) {
                rows.add(new ListRow(
                        list, Map.of(), List.of(new TextNode(each.getKey()), each.getValue()), "", each.getKey()));
            } else {
                throw new InputException(
                        list,
                        each.getKey() + ": expected a class or " + what + ", found "
                                + each.getValue().getNodeType());
            }
        }
    }

    private void array(JsonNode objects, String part) {
        for (int i = 0; i < objects.size(); i++) {
            add(objects.get(i), part, (part.isEmpty() ? "" : part + " ") + "object " + (i + 1));
        }
    }

    private void add(JsonNode object, String part, String where) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        object.properties()
                .forEach(each -> values.put(each.getKey().strip().toLowerCase(Locale.ROOT), each.getValue()));
        List<JsonNode> pair =
                object.isArray() && object.size() == 2 ? List.of(object.get(0), object.get(1)) : List.of();
        rows.add(new ListRow(list, values, pair, part, where));
    }
}
