package ham.merge.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Pattern;

/** Writes JSON trees as YAML 1.2 in block style: objects, lists and scalars, no anchors and no tags. Needs no YAML library. */
public final class YamlText {
    /** Texts that no YAML reader takes for anything but text. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

    private static final Pattern RESERVED = Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n|nan|inf");

    private YamlText() {}

    /** The lines of an object, each ended by a line feed. */
    public static String of(JsonNode object) {
        StringBuilder text = new StringBuilder();
        object(object, "", "", text);
        return text.toString();
    }

    /** {@code first} stands before the first line in place of the indent. */
    private static void object(JsonNode object, String first, String indent, StringBuilder text) {
        String before = first;
        for (var entry : object.properties()) {
            text.append(before).append(scalar(entry.getKey())).append(':');
            value(entry.getValue(), indent, text);
            before = indent;
        }
    }

    private static void value(JsonNode value, String indent, StringBuilder text) {
        if (value.isContainerNode() && value.isEmpty()) {
            text.append(value.isObject() ? " {}\n" : " []\n");
        } else if (value.isObject()) {
            text.append('\n');
            object(value, indent + "  ", indent + "  ", text);
        } else if (value.isArray()) {
            text.append('\n');
            for (JsonNode element : value) {
                if (element.isObject() && !element.isEmpty()) {
                    object(element, indent + "  - ", indent + "    ", text);
                } else {
                    text.append(indent).append("  -");
                    value(element, indent + "  ", text);
                }
            }
        } else {
            text.append(' ')
                    .append(value.isTextual() ? scalar(value.textValue()) : value.asText())
                    .append('\n');
        }
    }

    private static String scalar(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !RESERVED.matcher(text).matches();
        // A JSON string is a double-quoted YAML scalar.
        return plain ? text : JsonFiles.tree(text).toString();
    }
}
