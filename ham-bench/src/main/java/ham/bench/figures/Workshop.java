package ham.bench.figures;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where figures are made.
 *
 * @param home ham's folder, with its launcher
 * @param folder for inputs and outputs
 * @param rounds how often each command runs
 */
record Workshop(Path home, Path folder, int rounds) {
    private static final double MB = 1e6;

    /** A command of ham. */
    List<String> ham(String... arguments) {
        List<String> command = new ArrayList<>(List.of(home.resolve("ham").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** A path as an argument. */
    String at(String name) {
        return path(name).toString();
    }

    /** Runs a command that is not measured. */
    void run(List<String> command) throws IOException, InterruptedException {
        MeasuredProcess.run(command, path("log.txt"));
    }

    /** What a command prints. */
    Path printed(List<String> command, String name) throws IOException, InterruptedException {
        MeasuredProcess.run(command, path(name));
        return path(name);
    }

    Map<String, ProcessCost> turns(List<Competitor> competitors) throws IOException, InterruptedException {
        return new Turns(rounds, path("log.txt")).medians(competitors);
    }

    /** A copy of files by the system's own command: what reading and writing costs without any thought. */
    Competitor copy(String from, String to) {
        return new Competitor("a copy of the files", List.of("cp", "-r", at(from), at(to)), path(to));
    }

    /**
     * Adds a Python program of {@code benchmarks/}, where its packages are installed.
     *
     * @return what to say where they are not; empty otherwise
     */
    String addPython(
            List<Competitor> competitors,
            String name,
            String packages,
            Path output,
            String program,
            String... arguments)
            throws IOException, InterruptedException {
        String absent = absentPython(name, packages);
        if (!absent.isEmpty()) {
            return "; " + absent;
        }
        List<String> command = new ArrayList<>(
                List.of("python3", home.resolve("benchmarks").resolve(program).toString()));
        command.addAll(List.of(arguments));
        competitors.add(new Competitor(name, command, output));
        return "";
    }

    /** What to say where packages of Python are not installed; empty where they are. */
    String absentPython(String name, String packages) throws InterruptedException {
        try {
            run(List.of("python3", "-c", "import " + packages));
            return "";
        } catch (IllegalStateException | IOException e) {
            return name + " not measured: no " + packages + " on this machine";
        }
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.2f s", seconds);
    }

    static String megabytes(double bytes) {
        return String.format(Locale.ROOT, bytes < 10 * MB ? "%.1f MB" : "%.0f MB", bytes / MB);
    }

    static String cost(ProcessCost cost) {
        return seconds(cost.seconds()) + (cost.peakBytes() == 0 ? "" : ", " + megabytes((double) cost.peakBytes()));
    }
}
