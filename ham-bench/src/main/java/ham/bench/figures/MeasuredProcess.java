package ham.bench.figures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs a command as a process of its own and notes its time and its most resident memory, by Linux' /proc. No other child may end meanwhile. */
final class MeasuredProcess {
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");
    private static final long EVERY_MS = 5;
    private static final Path OWN = Path.of("/proc/self/stat");
    /** Where the ticks of children that ended stand in it, counted after the name in brackets. */
    private static final int CHILDREN = 13;

    private static final double TICKS = 100;

    private MeasuredProcess() {}

    /**
     * Runs it to its end.
     *
     * @param output what it prints on standard output; what it says beside it comes to errors.txt in the same folder
     * @throws IllegalStateException with what it printed, if it fails
     */
    static ProcessCost run(List<String> command, Path output) throws IOException, InterruptedException {
        return run(command, output, Duration.ofDays(1)).orElseThrow();
    }

    /**
     * As {@link #run(List, Path)}, but ends it, and all that it started, after some time.
     *
     * @param limit most time that it may take
     * @return empty if it was ended
     */
    static Optional<ProcessCost> run(List<String> command, Path output, Duration limit)
            throws IOException, InterruptedException {
        Path errors = output.resolveSibling("errors.txt");
        double before = ticks();
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(errors.toFile())
                .redirectOutput(output.toFile())
                .start();
        long peak = 0;
        try {
            Path status = Path.of("/proc/" + process.pid() + "/status");
            do {
                peak = Math.max(peak, peak(status));
                if (System.nanoTime() - begin > limit.toNanos()) {
                    return Optional.empty();
                }
            } while (!process.waitFor(EVERY_MS, TimeUnit.MILLISECONDS));
        } finally {
            end(process);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (process.exitValue() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + process.exitValue() + ":\n"
                    + Files.readString(output) + Files.readString(errors));
        }
        return Optional.of(new ProcessCost(seconds, (ticks() - before) / TICKS, peak));
    }

    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor();
    }

    private static long peak(Path status) {
        try {
            Matcher matcher = PEAK.matcher(Files.readString(status, StandardCharsets.ISO_8859_1));
            return matcher.find() ? 1024 * Long.parseLong(matcher.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static double ticks() throws IOException {
        if (!Files.exists(OWN)) {
            return 0;
        }
        String stat = Files.readString(OWN);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Double.parseDouble(fields[CHILDREN]) + Double.parseDouble(fields[CHILDREN + 1]);
    }
}
