package ham.bench.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that a process has mapped, read from {@code /proc/self/smaps} (proc_pid_smaps(5)). A page that several mappings of one file
 * hold stands in physical memory once, but the kernel's resident size counts it for each of them.
 */
final class MappedFiles {
    private static final Pattern MAPPING =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) \\S{4} ([0-9a-f]+) (\\S+) ([1-9]\\d*)\\s.*");
    private static final Pattern ANY_MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ .*");
    private static final Pattern RESIDENT = Pattern.compile("Rss:\\s+(\\d+) kB");

    /** Resident bytes of all mappings of a file, by device and inode. */
    private final Map<String, Long> resident = new HashMap<>();
    /** What the mappings of a file cover, from offset to end; overlapping ones are not joined yet. */
    private final Map<String, List<long[]>> ranges = new HashMap<>();

    /** Reads the lines of a smaps file. */
    MappedFiles(Iterable<String> smaps) {
        String file = "";
        for (String line : smaps) {
            Matcher mapping = MAPPING.matcher(line);
            Matcher size = RESIDENT.matcher(line);
            if (mapping.matches()) {
                file = mapping.group(4) + " " + mapping.group(5);
                long offset = Long.parseLong(mapping.group(3), 16);
                long length = Long.parseLong(mapping.group(2), 16) - Long.parseLong(mapping.group(1), 16);
                ranges.computeIfAbsent(file, name -> new ArrayList<>()).add(new long[] {offset, offset + length});
            } else if (ANY_MAPPING.matcher(line).matches()) {
                file = "";
            } else if (size.matches() && !file.isEmpty()) {
                resident.merge(file, 1024 * Long.parseLong(size.group(1)), Long::sum);
            }
        }
    }

    /** Resident bytes that are counted more than once: what the mappings of a file hold beyond the part of the file that they cover. */
    long countedTwice() {
        return resident.entrySet().stream()
                .mapToLong(file -> Math.max(0, file.getValue() - covered(ranges.get(file.getKey()))))
                .sum();
    }

    private static long covered(List<long[]> ranges) {
        TreeMap<Long, Long> ends = new TreeMap<>();
        ranges.forEach(range -> ends.merge(range[0], range[1], Math::max));
        long covered = 0;
        long reached = 0;
        for (Map.Entry<Long, Long> range : ends.entrySet()) {
            covered += Math.max(0, range.getValue() - Math.max(reached, range.getKey()));
            reached = Math.max(reached, range.getValue());
        }
        return covered;
    }
}
