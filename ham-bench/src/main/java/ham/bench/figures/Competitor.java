package ham.bench.figures;

import java.nio.file.Path;
import java.util.List;

/**
 * A command that is measured as a whole process.
 *
 * @param name in the table
 * @param command what is run
 * @param output what it writes, removed before every run
 */
record Competitor(String name, List<String> command, Path output) {
    Competitor {
        command = List.copyOf(command);
    }
}
