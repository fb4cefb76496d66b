package ham.bench.figures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs a command as a process of its own and notes its time and its most resident memory, VmHWM of Linux' /proc. */
final class MeasuredProcess {
    private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");
    private static final long EVERY_MS = 5;

    private MeasuredProcess() {}

    /**
     * Runs it to its end.
     *
     * @param log what it prints
     * @throws IllegalStateException with what it printed, if it fails
     */
    static ProcessCost run(List<String> command, Path log) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long peak = 0;
        try {
            Path status = Path.of("/proc/" + process.pid() + "/status");
            do {
                peak = Math.max(peak, peak(status));
            } while (!process.waitFor(EVERY_MS, TimeUnit.MILLISECONDS));
        } finally {
            process.destroy();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + process.exitValue() + ":\n" + Files.readString(log));
        }
        return new ProcessCost(seconds, peak);
    }

    private static long peak(Path status) {
        try {
            Matcher matcher = PEAK.matcher(Files.readString(status, StandardCharsets.ISO_8859_1));
            return matcher.find() ? 1024 * Long.parseLong(matcher.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
