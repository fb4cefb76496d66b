package ham.export.bake.read;

import java.util.List;
import java.util.Map;

/**
 * A node of the main graph.
 *
 * @param field its whole field in the model file
 * @param name its name, possibly empty
 * @param operator its operator, with the domain before it unless that is the standard one
 * @param inputs what it reads, empty names for what is omitted
 * @param captured what its inner graphs may read from outside
 * @param outputs what it makes
 * @param scopes the module path that the dynamo exporter notes in the metadata, else empty
 * @param integers its integer attributes
 */
public record NodeEntry(
        Range field,
        String name,
        String operator,
        List<String> inputs,
        List<String> captured,
        List<String> outputs,
        String scopes,
        Map<String, Long> integers) {

    /** What the node says about the layer that it belongs to. */
    public String path() {
        return name.replace('/', '.') + ' ' + scopes;
    }

    /** For messages. */
    public String label() {
        return operator + " '" + (name.isEmpty() ? String.join(", ", outputs) : name) + "'";
    }
}
