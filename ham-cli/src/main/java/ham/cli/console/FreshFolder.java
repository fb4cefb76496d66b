package ham.cli.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Folders that nobody named. */
public final class FreshFolder {
    private FreshFolder() {}

    /** A folder that is not there yet: the name and the time. */
    public static Path in(Path parent, String name) {
        String stamp = LocalDateTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path candidate = parent.resolve(name + "-" + stamp);
        for (int i = 2; Files.exists(candidate); i++) {
            candidate = parent.resolve(name + "-" + stamp + "-" + i);
        }
        return candidate;
    }
}
