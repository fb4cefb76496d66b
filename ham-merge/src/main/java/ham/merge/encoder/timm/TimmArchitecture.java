package ham.merge.encoder.timm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An architecture by the name that timm registers, with the constructor arguments that the name stands for. {@code _patchN_} in a name is the size of a
 * patch.
 *
 * @param name a pattern of names, without the tag behind the dot
 * @param arguments by the names of the constructor's parameters
 */
public record TimmArchitecture(Pattern name, Map<String, Object> arguments) {
    private static final Pattern PATCH = Pattern.compile(".*_patch(\\d+)_.*");

    /** An architecture of that width, with so many blocks and heads. */
    public static TimmArchitecture architecture(String name, int width, int depth, int heads) {
        return new TimmArchitecture(Pattern.compile(name), Map.of())
                .with("embed_dim", width)
                .with("depth", depth)
                .with("num_heads", heads);
    }

    /** The same with one more argument, or another value of it; null is Python's None. */
    public TimmArchitecture with(String argument, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(arguments);
        more.put(argument, value);
        return new TimmArchitecture(name, more);
    }

    /** The arguments of a model of that name; empty where it is not of this architecture. */
    Optional<ObjectNode> arguments(String architecture) {
        Matcher patch = PATCH.matcher(architecture);
        if (!name.matcher(architecture).matches() || !patch.matches()) {
            return Optional.empty();
        }
        ObjectNode found = (ObjectNode) JsonFiles.tree(arguments);
        return Optional.of(found.put("patch_size", Integer.valueOf(patch.group(1))));
    }
}
