package ham.bench.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resident memory of this process: from {@code /proc/self/status} on Linux, from {@code ps} on other Unix systems, empty
 * where neither works.
 */
public final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final Pattern OF_FILES = Pattern.compile("(?m)^RssFile:\\s+(\\d+) kB$");
    private static final long PS_SECONDS = 5;

    private ResidentMemory() {}

    /** Bytes that are in physical memory now (VmRSS). */
    public static OptionalLong currentBytes() {
        OptionalLong ofStatus = ofStatus(RESIDENT);
        return ofStatus.isPresent() ? ofStatus : ofPs();
    }

    /**
     * Bytes of them that are counted more than once, because a page of a file is mapped at several places; 0 where the operating system does not
     * tell. Subtract them from {@link #currentBytes} and {@link #currentFileBytes} to know what physical memory holds.
     */
    public static long countedTwice() {
        try {
            return new MappedFiles(Files.readAllLines(SMAPS)).countedTwice();
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Bytes of {@link #currentBytes} that are pages of files (RssFile), libraries and mapped weights: the operating system shares them between
     * processes and can drop them. Empty where it does not tell.
     */
    public static OptionalLong currentFileBytes() {
        return ofStatus(OF_FILES);
    }

    private static OptionalLong ofStatus(Pattern entry) {
        try {
            return parseStatus(Files.readString(STATUS), entry);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Bytes of the entry {@code VmRSS:   5120 kB}. */
    static OptionalLong parseStatus(String status, Pattern pattern) {
        Matcher entry = pattern.matcher(status);
        return entry.find() ? OptionalLong.of(1024 * Long.parseLong(entry.group(1))) : OptionalLong.empty();
    }

    static OptionalLong ofPs() {
        List<String> command = List.of(
                "ps", "-o", "rss=", "-p", Long.toString(ProcessHandle.current().pid()));
        try {
            Process ps = new ProcessBuilder(command).redirectErrorStream(true).start();
            String kilobytes = new String(ps.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            boolean done = ps.waitFor(PS_SECONDS, TimeUnit.SECONDS) && ps.exitValue() == 0;
            return done && kilobytes.matches("\\d{1,15}")
                    ? OptionalLong.of(1024 * Long.parseLong(kilobytes))
                    : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        }
    }
}
