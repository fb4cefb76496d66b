package ham.bench.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the operating system can still give this process without swapping. */
public final class AvailableMemory {
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");

    private AvailableMemory() {}

    /**
     * Bytes that are available now: Linux's MemAvailable, or what a control group (a container's limit) leaves if that is less; empty where the
     * operating system does not tell.
     */
    public static OptionalLong bytes() {
        return bytes(Path.of("/"));
    }

    static OptionalLong bytes(Path root) {
        try {
            OptionalLong available = parse(Files.readString(root.resolve("proc/meminfo")));
            return available.isEmpty() ? available : ControlGroups.lesser(available, ControlGroups.room(root));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    static OptionalLong parse(String memory) {
        Matcher entry = AVAILABLE.matcher(memory);
        return entry.find() ? OptionalLong.of(1024 * Long.parseLong(entry.group(1))) : OptionalLong.empty();
    }
}
