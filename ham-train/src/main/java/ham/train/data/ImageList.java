package ham.train.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import ham.merge.InputException;
import ham.runtime.ModelException;
import ham.runtime.json.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one list of images: CSV with a header (comma, semicolon or tab between values, RFC 4180), JSON (a list of objects, an object of path to
 * class, or an object of part to list), one JSON object a line, or text with a path and a class in each line (a tab, space, comma or semicolon between
 * them; without a class it is the image's folder). Paths start at the list's folder.
 */
final class ImageList {
    private static final List<String> PATH = List.of(
            "path",
            "file_name",
            "filename",
            "file",
            "filepath",
            "file_path",
            "image_path",
            "image",
            "img",
            "image_file",
            "image_id",
            "id");
    private static final List<String> LABEL = List.of(
            "label",
            "class",
            "labels",
            "class_name",
            "classname",
            "label_name",
            "category",
            "target",
            "class_id",
            "fine_label",
            "species");
    private static final List<String> PART =
            List.of("split", "part", "subset", "set", "fold", "usage", "data_set", "data set");

    /** Path and class: behind the ending of an image's name, else behind the last space, comma or semicolon. */
    private static final Pattern NAMED = Pattern.compile("(" + ImageNames.NAME + ")[\\s,;]+(.*\\S)");

    private static final Pattern OTHER = Pattern.compile("(.*[^\\s,;])[\\s,;]+([^\\s,;]+)");

    private final Path list;
    private final List<ListedImage> images = new ArrayList<>();

    private ImageList(Path list) {
        this.list = list;
    }

    /**
     * Reads a list.
     *
     * @throws InputException when it is damaged, in another encoding, or does not say path and class of every image
     */
    static List<ListedImage> read(Path list) {
        ImageList reader = new ImageList(list);
        String text;
        try {
            text = TextFile.read(list, "a list of images");
        } catch (ModelException e) {
            throw new InputException(e.getMessage(), e);
        }
        try {
            if (text.isBlank()) {
                throw new InputException(list, "expected a list of images, found an empty file; fill it");
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
                    "expected a list of images, found line "
                            + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + " broken ("
                            + e.getOriginalMessage() + "); mend it",
                    e);
        } catch (IOException e) {
            throw InputException.unreadable(list, e);
        }
        return reader.images;
    }

    static String extension(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private void csv(String text) throws IOException {
        String header = text.lines().findFirst().orElse("");
        CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator(header));
        objects(
                new CsvMapper()
                        .enable(CsvParser.Feature.TRIM_SPACES)
                        .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                        .readerFor(JsonNode.class)
                        .with(schema),
                text,
                "row ");
    }

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
                add(line, folder.getFileName().toString(), "", where);
            } else if (named.matches()) {
                add(named.group(1), named.group(2), "", where);
            } else if (other.matches()) {
                add(other.group(1), other.group(2), "", where);
            } else {
                throw new InputException(
                        list,
                        where + ": expected the path of an image and its class, found '" + line + "'; mend the line");
            }
        }
    }

    private static char separator(String header) {
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

    private void objects(ObjectReader reader, String text, String what) throws IOException {
        try (MappingIterator<JsonNode> objects = reader.readValues(text)) {
            for (int number = 1; objects.hasNextValue(); number++) {
                add(objects.nextValue(), "", what + number);
            }
        }
    }

    private void json(String text) throws IOException {
        JsonNode root = new ObjectMapper().readTree(text);
        if (root.isArray()) {
            array(root, "");
        } else {
            for (Map.Entry<String, JsonNode> each : root.properties()) {
                if (each.getValue().isArray()) {
                    array(each.getValue(), each.getKey());
                } else if (each.getValue().isValueNode()) {
                    add(each.getKey(), each.getValue().asText(), "", each.getKey());
                } else {
                    throw new InputException(
                            list,
                            each.getKey() + ": expected a class or a list of images, found "
                                    + each.getValue().getNodeType());
                }
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
        if (object.isArray() && object.size() == 2) {
            values.put("path", object.get(0));
            values.put("label", object.get(1));
        }
        add(
                value(values, PATH, "the path of an image", where),
                value(values, LABEL, "a class", where),
                PART.stream()
                        .filter(values::containsKey)
                        .findFirst()
                        .map(each -> values.get(each).asText().strip())
                        .orElse(part),
                where);
    }

    private String value(Map<String, JsonNode> values, List<String> names, String what, String where) {
        Optional<String> name = names.stream().filter(values::containsKey).findFirst();
        if (name.isEmpty()) {
            throw new InputException(
                    list,
                    where + ": expected " + what + " under one of " + String.join(", ", names) + ", found "
                            + (values.isEmpty() ? "no names" : String.join(", ", values.keySet()))
                            + "; name the column so");
        }
        JsonNode value = values.get(name.get());
        if (!value.isValueNode() || value.isNull() || value.asText().isBlank()) {
            throw new InputException(
                    list,
                    where + ": expected " + what + " under " + name.get() + ", found "
                            + (value.isContainerNode() ? "several values" : "none") + "; give every image one");
        }
        return value.asText().strip();
    }

    private void add(String path, String label, String part, String where) {
        if (path.matches("(?i)[a-z][a-z0-9+.-]+://.*")) {
            throw new InputException(
                    list, where + ": expected a path, found the address " + path + "; fetch the images first");
        }
        try {
            Path file = list.resolveSibling(path);
            if (!Files.exists(file) && path.indexOf('\\') >= 0) {
                file = list.resolveSibling(path.replace('\\', '/'));
            }
            images.add(new ListedImage(file.normalize(), label, part, where));
        } catch (InvalidPathException e) {
            throw new InputException(list, where + ": expected a path, found '" + path + "'", e);
        }
    }
}
