package ham.train.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Tells a list of texts from a list of images by its first row, of which it reads no more than it needs. */
final class TextSniffer {
    /** A list with one of these is one of images, whatever else it has. */
    private static final Set<String> IMAGE =
            Set.of("path", "file_name", "filename", "file", "filepath", "file_path", "image_path", "image", "img");

    private final TextColumns columns;

    TextSniffer(TextColumns columns) {
        this.columns = columns;
    }

    /** Whether the list's first row holds a text; false where it cannot be read, which whoever opens it will say. */
    boolean isText(Path list) {
        try (BufferedReader reader = Files.newBufferedReader(list, StandardCharsets.UTF_8)) {
            String kind = ListRows.extension(list);
            if (kind.equals("txt")) {
                return false;
            }
            if (kind.equals("csv") || kind.equals("tsv")) {
                String header = reader.readLine();
                return header != null && isText(names(header));
            }
            try (JsonParser parser = new JsonFactory().createParser(reader)) {
                return isText(parser);
            }
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> names(String header) {
        String separator = Pattern.quote(String.valueOf(ListRows.separator(header)));
        return Arrays.stream(header.replace("\uFEFF", "").split(separator, -1))
                .map(name -> name.strip().replaceAll("^\"|\"$", ""))
                .toList();
    }

    private boolean isText(List<String> names) {
        List<String> lower =
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        return lower.stream().noneMatch(IMAGE::contains)
                && columns.texts().stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .anyMatch(lower::contains);
    }

    /** Goes into arrays and their objects until there is a row: an object with plain values, or a pair. */
    private boolean isText(JsonParser parser) throws IOException {
        List<String> names = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            switch (token) {
                case START_OBJECT -> names.clear();
                case FIELD_NAME -> names.add(parser.currentName());
                case END_OBJECT -> {
                    return isText(names);
                }
                case VALUE_STRING -> {
                    if (parser.getParsingContext().inArray()) {
                        return parser.getText().strip().contains(" ");
                    }
                }
                default -> {
                    // Brackets, and values that say nothing.
                }
            }
        }
        return false;
    }
}
