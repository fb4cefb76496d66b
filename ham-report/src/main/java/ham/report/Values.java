package ham.report;

import ham.merge.io.JsonFiles;
import ham.report.chart.Unit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Values of records: what is absent or null is missing, what is of another kind than expected is refused. */
final class Values {
    private static final String NONE = "-";

    private Values() {}

    /** A number, NaN where there is none. */
    static double number(Number value) {
        return value == null ? Double.NaN : value.doubleValue();
    }

    /** Numbers with NaN where there is none. */
    static List<Double> numbers(List<Double> values) {
        return values.stream().map(Values::number).toList();
    }

    /** The rows of a matrix, with NaN where there is no number. */
    static List<List<Double>> matrix(List<List<Double>> rows) {
        return rows.stream().map(Values::numbers).toList();
    }

    /** Texts and numbers for people. */
    static List<String> texts(List<?> values) {
        return values.stream().map(Values::text).toList();
    }

    /** Any value for people: numbers rounded, a dash where there is none. */
    static String text(Object value) {
        if (value == null) {
            return NONE;
        }
        if (value instanceof Collection<?> many) {
            return many.stream().map(Values::text).collect(Collectors.joining(", "));
        }
        if (value instanceof Double || value instanceof Float) {
            return Unit.number(((Number) value).doubleValue());
        }
        return value instanceof Map ? JsonFiles.tree(value).toString() : value.toString();
    }

    /** A number for people, a dash where there is none. */
    static String text(double value, Unit unit) {
        return Double.isFinite(value) ? unit.text(value) : NONE;
    }

    /** Names and values for people; settings are shown as they were given. */
    static Map<String, String> facts(Map<String, ?> values) {
        Map<String, String> facts = new LinkedHashMap<>();
        values.forEach((name, value) -> facts.put(name, value instanceof Number ? value.toString() : text(value)));
        return facts;
    }
}
