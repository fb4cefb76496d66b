package ham.bench.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Runs another program to its end and measures it from outside, by {@code /proc}; Linux only. */
public final class ChildProcess {
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");
    /** Where the ticks of children that ended stand in {@code /proc/self/stat}, counted after the name in brackets. */
    private static final int USER = 13;

    private static final double TICKS = 100;
    private static final int WATCH_MS = 5;

    private ChildProcess() {}

    /**
     * What a program took.
     *
     * @param seconds on the clock
     * @param processorSeconds of user and system, to a hundredth
     * @param residentBytes the most that was in physical memory, as seen shortly before its end
     */
    public record Usage(double seconds, double processorSeconds, long residentBytes) {}

    /**
     * Runs a command; no other child process may end meanwhile.
     *
     * @throws IOException when it cannot be started, or fails; with its output
     */
    public static Usage run(List<String> command) throws IOException {
        Path output = Files.createTempFile("ham-bench-", ".txt");
        try {
            double before = ticks();
            long start = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
            long peak = 0;
            while (!process.waitFor(WATCH_MS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peak(status));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            if (process.exitValue() != 0) {
                throw new IOException(
                        command.get(0) + ": expected exit status 0, found " + process.exitValue() + "; it wrote: "
                                + Files.readString(output, StandardCharsets.UTF_8).strip());
            }
            return new Usage(seconds, (ticks() - before) / TICKS, peak);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            Files.delete(output);
        }
    }

    private static long peak(Path status) {
        try {
            return ResidentMemory.parseStatus(Files.readString(status), PEAK).orElse(0);
        } catch (IOException e) {
            return 0; // It has just ended.
        }
    }

    private static double ticks() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Double.parseDouble(fields[USER]) + Double.parseDouble(fields[USER + 1]);
    }
}
