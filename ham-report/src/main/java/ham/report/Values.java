package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.InputException;
import ham.report.chart.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of records: what is absent or null is missing, what is of another kind than expected is refused. */
final class Values {
    private static final String NONE = "-";

    private Values() {}

    /**
     * A number, NaN where there is none.
     *
     * @throws InputException when something else is there
     */
    static double number(JsonNode object, String key) {
        return toNumber(object.path(key), key);
    }

    private static double toNumber(JsonNode value, String name) {
        if (value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.asText().equals("NaN"))) {
            return Double.NaN;
        }
        if (!value.isNumber()) {
            throw new InputException("a report: expected a number as " + name + ", found " + value);
        }
        return value.asDouble();
    }

    /** The numbers of an array, empty where there is none. */
    static List<Double> numbers(JsonNode object, String key) {
        List<Double> numbers = new ArrayList<>();
        array(object, key).forEach(each -> numbers.add(toNumber(each, key)));
        return numbers;
    }

    /** The rows of a matrix. */
    static List<List<Double>> matrix(JsonNode object, String key) {
        List<List<Double>> rows = new ArrayList<>();
        for (JsonNode row : array(object, key)) {
            if (!row.isArray()) {
                throw new InputException("a report: expected " + key + " to hold arrays, found " + row);
            }
            List<Double> values = new ArrayList<>();
            row.forEach(each -> values.add(toNumber(each, key)));
            rows.add(values);
        }
        return rows;
    }

    /** The texts of an array, empty where there is none. */
    static List<String> texts(JsonNode object, String key) {
        List<String> texts = new ArrayList<>();
        array(object, key).forEach(each -> texts.add(text(each)));
        return texts;
    }

    /**
     * An array, empty where there is none.
     *
     * @throws InputException when something else is there
     */
    static JsonNode array(JsonNode object, String key) {
        JsonNode value = object.path(key);
        if (!value.isArray() && !value.isMissingNode() && !value.isNull()) {
            throw new InputException("a report: expected an array as " + key + ", found " + value);
        }
        return value;
    }

    /** Any value for people: numbers rounded, a dash where there is none. */
    static String text(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return NONE;
        }
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(each -> parts.add(text(each)));
            return String.join(", ", parts);
        }
        if (value.isFloatingPointNumber()) {
            return Unit.number(value.asDouble());
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    /** A number for people, a dash where there is none. */
    static String text(double value, Unit unit) {
        return Double.isFinite(value) ? unit.text(value) : NONE;
    }

    /** The entries of an object for people. */
    static Map<String, String> facts(JsonNode object) {
        Map<String, String> facts = new LinkedHashMap<>();
        object.properties().forEach(each -> facts.put(each.getKey(), exact(each.getValue())));
        return facts;
    }

    /** Settings are shown as they were given. */
    private static String exact(JsonNode value) {
        return value.isNumber() ? value.asText() : text(value);
    }
}
