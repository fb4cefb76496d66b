package ham.export;

import ham.merge.InputException;
import java.nio.file.Path;
import java.util.Collection;

/** An output of a graph that a person chose by its name. */
public final class NamedOutput {
    private NamedOutput() {}

    /**
     * Checks the name.
     *
     * @param outputs names of those that the graph has
     * @param file the graph's
     * @throws InputException if it is none of them
     */
    public static void require(Collection<String> outputs, Path file, String name) {
        if (!outputs.contains(name)) {
            throw InputException.parameter(
                    "logits",
                    "expected one of the outputs " + String.join(", ", outputs) + " of " + file + ", found '" + name
                            + "'");
        }
    }
}
