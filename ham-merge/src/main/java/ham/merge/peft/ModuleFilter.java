package ham.merge.peft;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which modules PEFT adapts, by their paths in the base model: {@code target_modules}, {@code exclude_modules},
 * {@code layers_to_transform}, {@code layers_pattern} and {@code modules_to_save}. Source: {@code check_target_module_exists} in PEFT's
 * {@code tuners_utils.py}.
 */
final class ModuleFilter {
    private static final Pattern PLAIN_PATH = Pattern.compile("[A-Za-z0-9_.]+");

    /** Modules that are targeted whatever their layer, by their whole paths. */
    private final Set<String> whole;

    private final Predicate<String> targeted;
    private final Predicate<String> excluded;
    private final Predicate<String> inLayers;

    private ModuleFilter(
            Set<String> whole, Predicate<String> targeted, Predicate<String> excluded, Predicate<String> inLayers) {
        this.whole = whole;
        this.targeted = targeted;
        this.excluded = excluded;
        this.inLayers = inLayers;
    }

    /**
     * Reads the five settings. Without {@code target_modules} PEFT knows by the architecture what to adapt; here the tensors tell.
     *
     * @throws ham.merge.InputException when one of them is not what PEFT takes, or cannot be matched as PEFT does
     */
    static ModuleFilter read(ConfigJson json) {
        Optional<String> expression = json.expression("target_modules");
        Set<String> names = expression.isPresent() ? Set.of() : json.names("target_modules");
        boolean everything = expression.isPresent()
                ? expression.get().toLowerCase(Locale.ROOT).equals("all-linear")
                : !json.isSet("target_modules");
        Predicate<String> targeted = everything ? module -> true : modules(json, "target_modules");
        if (expression.isPresent() && (json.isUsed("layers_to_transform") || json.isUsed("layers_pattern"))) {
            throw json.wrong(
                    "target_modules", "a list of names, as layers_to_transform selects from it", expression.get());
        }
        Predicate<String> excluded = modules(json, "exclude_modules");
        Set<String> saved = json.names("modules_to_save");
        return new ModuleFilter(
                names, targeted, excluded.or(path -> saved.stream().anyMatch(each -> holds(each, path))), layers(json));
    }

    /** Whether {@code path} is the module {@code module}, or something inside it. */
    static boolean holds(String module, String path) {
        return ("." + path + ".").contains("." + module + ".");
    }

    /** Whether PEFT would adapt a module. */
    boolean adapts(String module) {
        return !excluded.test(module) && (whole.contains(module) || (targeted.test(module) && inLayers.test(module)));
    }

    private static Predicate<String> modules(ConfigJson json, String key) {
        Optional<String> expression = json.expression(key);
        if (expression.isPresent()) {
            return json.pattern(key, expression.get(), PythonPattern::whole);
        }
        Set<String> names = json.names(key);
        return module -> {
            for (int from = 0; from >= 0; ) {
                if (names.contains(module.substring(from))) {
                    return true;
                }
                int dot = module.indexOf('.', from);
                from = dot < 0 ? -1 : dot + 1;
            }
            return false;
        };
    }

    private static Predicate<String> layers(ConfigJson json) {
        Set<Integer> chosen = json.indices("layers_to_transform");
        List<String> lists = json.namesOrName("layers_pattern");
        if (chosen.isEmpty()) {
            if (!lists.isEmpty()) {
                throw json.wrong("layers_pattern", "layers_to_transform beside it", lists.toString());
            }
            return module -> true;
        }
        Set<String> wanted = new HashSet<>();
        chosen.forEach(index -> wanted.add(String.valueOf(index)));
        // The first number that stands alone in the path, behind two names; or behind the list's own name.
        Pattern[] index;
        if (lists.isEmpty()) {
            index = new Pattern[] {Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\.")};
        } else {
            index = new Pattern[lists.size()];
            for (int i = 0; i < index.length; i++) {
                if (!PLAIN_PATH.matcher(lists.get(i)).matches()) {
                    throw json.wrong("layers_pattern", "names of module lists, not expressions", lists.get(i));
                }
                index[i] = Pattern.compile("(?:|.*?\\.)" + lists.get(i) + "\\.(\\d+)\\.");
            }
        }
        return module -> {
            for (Pattern each : index) {
                Matcher matcher = each.matcher(module);
                if (matcher.lookingAt()) {
                    return wanted.contains(matcher.group(1).replaceFirst("^0+(?=.)", ""));
                }
            }
            return false;
        };
    }
}
