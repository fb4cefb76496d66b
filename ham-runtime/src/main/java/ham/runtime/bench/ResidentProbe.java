package ham.runtime.bench;

import ham.runtime.memory.ResidentMemory;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Measures the resident memory of a strategy in a JVM that does nothing else: opens a session for every model, answers one request with each
 * and prints the process's resident bytes.
 */
public final class ResidentProbe {
    private ResidentProbe() {}

    /** Runs in the child: {@code THREADS MODEL...}. */
    public static void main(String[] arguments) {
        SessionSettings settings = new SessionSettings(Integer.parseInt(arguments[0]));
        List<Path> models = Arrays.stream(arguments).skip(1).map(Path::of).toList();
        try (OpenStrategy open = new OpenStrategy(new ServingStrategy("probe", models), models.size(), settings)) {
            double answers = open.eachTaskOnce();
            OptionalLong bytes = ResidentMemory.currentBytes();
            System.out.println((bytes.isPresent() ? bytes.getAsLong() : -1) + " " + answers);
        }
    }

    /** Resident memory in 10^6 bytes; empty where it cannot be measured. */
    static OptionalDouble measure(List<Path> models, SessionSettings settings) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                ResidentProbe.class.getName(),
                String.valueOf(settings.threads())));
        models.forEach(model -> command.add(model.toString()));
        try {
            Process child = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (child.waitFor() != 0 || !output.matches("\\d+ .*")) {
                return OptionalDouble.empty();
            }
            return OptionalDouble.of(Long.parseLong(output.substring(0, output.indexOf(' '))) / 1e6);
        } catch (IOException e) {
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        }
    }
}
