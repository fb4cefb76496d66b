package ham.cli.merge;

import ham.merge.InputException;
import ham.merge.plan.LayerRule;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code REGEX:keep=0.8,weight=0.5}; the expression may hold colons, the last one ends it. */
final class LayerRuleText implements ITypeConverter<LayerRule> {
    @Override
    public LayerRule convert(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw wrong(text, "expected REGEX:KEY=VALUE,...");
        }
        Map<String, String> values = new HashMap<>();
        for (String pair : text.substring(colon + 1).split(",", -1)) {
            String[] parts = pair.split("=", -1);
            if (parts.length != 2 || !parts[0].matches("keep|density|rank|weight")) {
                throw wrong(text, "expected keep, density, rank or weight with a value after the last colon");
            }
            if (values.put(parts[0], parts[1]) != null) {
                throw wrong(text, "expected " + parts[0] + " once");
            }
        }
        try {
            return new LayerRule(
                    Pattern.compile(text.substring(0, colon)),
                    value(values, "keep", BigDecimal::new),
                    value(values, "density", BigDecimal::new),
                    value(values, "rank", Integer::valueOf),
                    value(values, "weight", Double::valueOf));
        } catch (PatternSyntaxException e) {
            throw wrong(text, "expected a regular expression (" + e.getDescription() + ")");
        } catch (NumberFormatException e) {
            throw wrong(text, "expected numbers as values, and a whole one for rank");
        } catch (InputException e) {
            throw wrong(text, e.getMessage());
        }
    }

    private static <T> Optional<T> value(Map<String, String> values, String key, Function<String, T> read) {
        return Optional.ofNullable(values.get(key)).map(read);
    }

    private static TypeConversionException wrong(String text, String problem) {
        return new TypeConversionException(problem + ", found '" + text + "'");
    }
}
