package ham.train.guard;

import ham.merge.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which merges of the adapters are compared: every combination of some values.
 *
 * @param values by name of a parameter of the merge, or {@code method}; empty where nothing is searched
 */
public record SearchRule(Map<String, List<String>> values) {
    /** Only the run's own merge. */
    public static final SearchRule NONE = new SearchRule(Map.of());

    private static final String OFF = "none";
    /** Values of one parameter are divided by commas too. */
    private static final Pattern BETWEEN = Pattern.compile("[,;](?=[a-z-]+=)");

    private static final Pattern PARAMETER = Pattern.compile("[a-z-]+=[^,;=]+(,[^,;=]+)*");

    public SearchRule {
        values = new LinkedHashMap<>(values);
        values.replaceAll((name, all) -> List.copyOf(all));
    }

    /**
     * The rule of a text: {@code none}, or {@code PARAMETER=VALUE,...} for every parameter, divided by commas or semicolons.
     *
     * @throws InputException naming the parameter, when it is neither
     */
    public static SearchRule parse(String text) {
        if (text.equals(OFF)) {
            return NONE;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String each : BETWEEN.split(text, -1)) {
            if (!PARAMETER.matcher(each).matches()) {
                throw InputException.parameter(
                        "search",
                        "expected none, or parameters of the merge with values, as method=ham,ties,keep=0.4,1.0, found '"
                                + text + "'");
            }
            String[] pair = each.split("=", 2);
            List<String> all = List.copyOf(new LinkedHashSet<>(Arrays.asList(pair[1].split(","))));
            if (values.put(pair[0], all) != null) {
                throw InputException.parameter(
                        "search", "expected every parameter once, with all of its values, found " + pair[0] + " twice");
            }
        }
        return new SearchRule(values);
    }

    /** Whether anything is searched. */
    public boolean isUsed() {
        return !values.isEmpty();
    }

    /** The text that {@link #parse} takes. */
    public String optionName() {
        return isUsed()
                ? values.entrySet().stream()
                        .map(each -> each.getKey() + "=" + String.join(",", each.getValue()))
                        .collect(Collectors.joining(","))
                : OFF;
    }

    /** Every combination, by name of the parameter; the values of the last parameter change fastest. */
    public List<Map<String, String>> combinations() {
        List<Map<String, String>> all = List.of(Map.of());
        for (Map.Entry<String, List<String>> parameter : values.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> before : all) {
                for (String value : parameter.getValue()) {
                    Map<String, String> with = new LinkedHashMap<>(before);
                    with.put(parameter.getKey(), value);
                    longer.add(with);
                }
            }
            all = longer;
        }
        return isUsed() ? all : List.of();
    }
}
