package ham.runtime.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import ham.common.BrokenJson;
import ham.runtime.ModelException;
import ham.runtime.image.Resample;
import ham.runtime.json.JsonTree;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Typed access to a JSON object, with one clear sentence for whatever is missing or wrong. A null counts as absent. */
final class ConfigReader {
    /** How a crop that cannot lie evenly is rounded, where it is not rounded down. */
    static final String HALF_EVEN = "half_even";

    private static final int MAX_SIDE = 10_000;

    private final JsonNode root;
    private final String name;

    private ConfigReader(JsonNode root, String name) {
        this.root = root;
        this.name = name;
    }

    static ConfigReader parse(String json, String name) {
        try {
            JsonNode root = JsonTree.parse(json);
            if (!root.isObject()) {
                throw new ModelException(name + ": expected a JSON object, found " + summary(root) + ".");
            }
            return new ConfigReader(root, name);
        } catch (JsonProcessingException e) {
            throw new ModelException(
                    name + ": expected a JSON object, found broken JSON (" + BrokenJson.problem(e.getOriginalMessage())
                            + ").",
                    e);
        }
    }

    boolean has(String key) {
        return root.hasNonNull(key);
    }

    boolean isNumber(String key) {
        return root.path(key).isNumber();
    }

    /** The side of square images in pixels, where one number says it. */
    Optional<Integer> side(String key) {
        return Optional.ofNullable(root.get(key)).filter(JsonNode::isInt).map(JsonNode::intValue);
    }

    /** Refuses every switched-on step ({@code do_...: true}) other than the known ones. */
    void refuseOtherSteps(List<String> known) {
        root.propertyStream()
                .filter(entry -> entry.getKey().startsWith("do_") && !known.contains(entry.getKey()))
                .filter(entry -> entry.getValue().asBoolean())
                .findFirst()
                .ifPresent(entry -> {
                    throw problem(entry.getKey(), "one of the steps " + String.join(", ", known), "another step");
                });
    }

    boolean flag(String key, boolean byDefault) {
        if (!has(key)) {
            return byDefault;
        }
        if (!root.get(key).isBoolean()) {
            throw problem(key, "true or false", summary(root.get(key)));
        }
        return root.get(key).booleanValue();
    }

    String text(String key) {
        if (!required(key).isTextual()) {
            throw problem(key, "a text", summary(root.get(key)));
        }
        return root.get(key).textValue();
    }

    double number(String key, double byDefault) {
        return has(key) ? finite(key, root.get(key)) : byDefault;
    }

    /** An object inside this one; empty when it is absent. */
    ConfigReader object(String key) {
        if (has(key) && !root.get(key).isObject()) {
            throw problem(key, "an object", summary(root.get(key)));
        }
        return new ConfigReader(has(key) ? root.get(key) : JsonNodeFactory.instance.objectNode(), name);
    }

    Crop crop(String key) {
        String rounding = has(key) ? text(key) : "down";
        return switch (rounding) {
            case "down" -> Crop.CENTER;
            case HALF_EVEN -> Crop.CENTER_HALF_EVEN;
            default -> throw problem(key, "down or " + HALF_EVEN, rounding);
        };
    }

    Resample resample(String key, Resample byDefault) {
        if (!has(key)) {
            return byDefault;
        }
        JsonNode number = root.get(key);
        return Resample.ofNumber(number.isInt() ? number.intValue() : -1)
                .orElseThrow(() -> problem(key, "a filter of Pillow, 0 to 5", summary(number)));
    }

    /**
     * A size: one number, {@code {height, width}}, {@code {shortest_edge}} or {@code {shortest_edge, longest_edge}}.
     *
     * @param square whether one number means both sides
     */
    Resizing size(String key, boolean square, Resizing byDefault) {
        if (!has(key)) {
            return byDefault;
        }
        JsonNode size = root.get(key);
        if (size.isNumber()) {
            int side = side(key, size);
            if (square) {
                return new Resizing.Exact(side, side);
            }
            return has("max_size")
                    ? new Resizing.EdgeRange(side, side("max_size", root.get("max_size")))
                    : new Resizing.ShortestEdge(side);
        }
        if (size.isArray() && size.size() == 2) {
            return new Resizing.Exact(side(key, size.get(0)), side(key, size.get(1)));
        }
        SortedSet<String> keys = new TreeSet<>();
        for (Iterator<String> names = size.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (size.hasNonNull(name)) {
                keys.add(name);
            }
        }
        if (keys.equals(Set.of("height", "width"))) {
            return new Resizing.Exact(side(key, size.get("height")), side(key, size.get("width")));
        }
        if (keys.equals(Set.of("shortest_edge"))) {
            return new Resizing.ShortestEdge(side(key, size.get("shortest_edge")));
        }
        if (keys.equals(Set.of("longest_edge", "shortest_edge"))) {
            return new Resizing.EdgeRange(side(key, size.get("shortest_edge")), side(key, size.get("longest_edge")));
        }
        throw problem(
                key, "a number, {height, width}, {shortest_edge} or {shortest_edge, longest_edge}", summary(size));
    }

    /** One number per channel, or one for all three. */
    List<Double> channels(String key, boolean divisor, List<Double> byDefault) {
        if (!has(key)) {
            return byDefault;
        }
        JsonNode given = root.get(key);
        if (given.isArray() && given.size() != 3) {
            throw problem(key, "3 numbers, for R, G and B", summary(given));
        }
        List<Double> values = new ArrayList<>();
        for (int channel = 0; channel < 3; channel++) {
            double value = finite(key, given.isArray() ? given.get(channel) : given);
            if (divisor && (float) value == 0) {
                throw problem(key, "numbers other than 0", summary(given));
            }
            values.add(value);
        }
        return values;
    }

    ModelException problem(String key, String expected, String found) {
        return new ModelException(name + ": expected " + key + " to be " + expected + ", found " + found + ".");
    }

    private JsonNode required(String key) {
        if (!has(key)) {
            throw new ModelException(name + ": expected the key " + key + ", found none.");
        }
        return root.get(key);
    }

    private double finite(String key, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw problem(key, "a number", summary(node));
        }
        return node.doubleValue();
    }

    private int side(String key, JsonNode node) {
        if (!node.isInt() || node.intValue() < 1 || node.intValue() > MAX_SIDE) {
            throw problem(key, "whole pixels from 1 to " + MAX_SIDE, summary(node));
        }
        return node.intValue();
    }

    private static String summary(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
