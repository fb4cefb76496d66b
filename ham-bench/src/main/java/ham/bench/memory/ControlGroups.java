package ham.bench.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory that Linux's control groups, versions 1 and 2, leave to this process: the least room of its group and those around it, as they are
 * seen from here. Cached file pages that nobody uses at the moment count as room.
 */
final class ControlGroups {
    private static final Kind SECOND = new Kind("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file");
    private static final Kind FIRST =
            new Kind("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");

    private ControlGroups() {}

    /** Names of a version's files, and of the entry of {@code memory.stat} that counts idle cached pages. */
    private record Kind(String mount, String limit, String usage, String cached) {}

    /**
     * Bytes that are left; empty where no group has a limit.
     *
     * @param root the folder with {@code proc} and {@code sys}
     */
    static OptionalLong room(Path root) {
        OptionalLong least = OptionalLong.empty();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3); // number, controllers, path
            if (parts.length == 3 && parts[1].isEmpty()) {
                least = lesser(least, room(root, SECOND, parts[2]));
            } else if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
                least = lesser(least, room(root, FIRST, parts[2]));
            }
        }
        return least;
    }

    /** From the group to the outermost. In a container its path may be that outside: then only the mount itself is there. */
    private static OptionalLong room(Path root, Kind kind, String path) {
        Path mount = root.resolve(kind.mount());
        OptionalLong least = OptionalLong.empty();
        for (Path group = mount.resolve("./" + path).normalize();
                group.startsWith(mount.normalize());
                group = group.getParent()) {
            least = lesser(least, room(group, kind));
        }
        return least;
    }

    private static OptionalLong room(Path group, Kind kind) {
        OptionalLong limit = number(group.resolve(kind.limit()), "(\\d+)");
        OptionalLong usage = number(group.resolve(kind.usage()), "(\\d+)");
        if (limit.isEmpty() || usage.isEmpty()) {
            return OptionalLong.empty();
        }
        long cached =
                number(group.resolve("memory.stat"), kind.cached() + " (\\d+)").orElse(0);
        return OptionalLong.of(Math.max(0, limit.getAsLong() - Math.max(0, usage.getAsLong() - cached)));
    }

    static OptionalLong lesser(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || (other.isPresent() && other.getAsLong() < one.getAsLong()) ? other : one;
    }

    /** Of the first line that is as the pattern says; empty for the word max. */
    private static OptionalLong number(Path file, String pattern) {
        for (String line : lines(file)) {
            Matcher matcher = Pattern.compile(pattern).matcher(line);
            if (matcher.matches()) {
                return OptionalLong.of(Long.parseLong(matcher.group(1)));
            }
        }
        return OptionalLong.empty();
    }

    /** Nothing where there is no such file, or this process may not read it. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }
}
