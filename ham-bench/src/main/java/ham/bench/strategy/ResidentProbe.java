package ham.bench.strategy;

import ham.bench.memory.ResidentMemory;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.backend.Provider;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Measures the footprint of a strategy in a JVM that does nothing else: opens what the strategy keeps open, answers one request a task and
 * prints what that took. Files are in the page cache or not, as they are; the JVM and ONNX Runtime's library are loaded before the clock starts.
 */
public final class ResidentProbe {
    private static final String NOTHING = "none";
    private static final String NO_FILE = "-";

    private ResidentProbe() {}

    /** Runs in the child: {@code THREADS STRATEGY TOKENS COMMON FILE...}, or {@code THREADS none}. */
    public static void main(String[] arguments) {
        SessionSettings settings = new SessionSettings(Integer.parseInt(arguments[0]));
        OnnxRuntime.shareThreads(settings.threads());
        OnnxRuntime.environment();
        if (arguments[1].equals(NOTHING)) {
            report(0, 0, 0);
            return;
        }
        ServingFiles files = new ServingFiles(
                Strategy.valueOf(arguments[1]),
                Optional.of(arguments[3]).filter(path -> !path.equals(NO_FILE)).map(Path::of),
                Arrays.stream(arguments).skip(4).map(Path::of).toList(),
                Integer.parseInt(arguments[2]));
        long started = System.nanoTime();
        try (TaskServer server = TaskServer.open(files, settings, 1)) {
            long opened = System.nanoTime();
            server.answer(new int[] {0});
            long answered = System.nanoTime();
            for (int task = 1; task < files.files().size(); task++) {
                server.answer(new int[] {task});
            }
            report((opened - started) / 1e6, (answered - started) / 1e6, server.sink());
        }
    }

    private static void report(double loadMs, double firstAnswerMs, double sink) {
        long twice = ResidentMemory.countedTwice();
        double resident = megabytes(ResidentMemory.currentBytes(), twice);
        double ofFiles = megabytes(ResidentMemory.currentFileBytes(), twice);
        System.out.printf(Locale.ROOT, "footprint %s %s %s %s %s%n", resident, ofFiles, loadMs, firstAnswerMs, sink);
    }

    private static double megabytes(OptionalLong bytes, long countedTwice) {
        return bytes.isPresent() ? (bytes.getAsLong() - countedTwice) / 1e6 : Double.NaN;
    }

    /** The footprint of a strategy; empty where it cannot be measured: on a GPU, or because the child ran out of memory. */
    public static Optional<Footprint> measure(ServingFiles files, SessionSettings settings) {
        List<String> arguments = new ArrayList<>(List.of(
                files.strategy().name(),
                String.valueOf(files.tokens()),
                files.common().map(Path::toString).orElse(NO_FILE)));
        files.files().forEach(file -> arguments.add(file.toString()));
        return run(arguments, settings);
    }

    /** The footprint of a JVM that has ONNX Runtime loaded and no model open. */
    public static Optional<Footprint> measureNothing(SessionSettings settings) {
        return run(List.of(NOTHING), settings);
    }

    private static Optional<Footprint> run(List<String> arguments, SessionSettings settings) {
        if (!(settings.provider() instanceof Provider.Cpu)) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=2g",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                ResidentProbe.class.getName(),
                String.valueOf(settings.threads())));
        command.addAll(arguments);
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
            // ham's launcher lets glibc keep what a training step frees; a process that serves gives it back.
            builder.environment().keySet().removeIf(name -> name.startsWith("MALLOC_"));
            Process child = builder.start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            String[] words = output.split(" ", -1);
            if (child.waitFor() != 0 || words.length != 6 || words[1].equals("NaN")) {
                return Optional.empty();
            }
            return Optional.of(new Footprint(
                    Double.parseDouble(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]),
                    Double.parseDouble(words[4])));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
