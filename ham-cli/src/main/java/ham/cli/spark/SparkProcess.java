package ham.cli.spark;

import com.fasterxml.jackson.databind.JsonNode;
import ham.cli.console.ExitCode;
import ham.cli.console.Interruption;
import ham.merge.InputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts {@code ham-spark} on the JVM that this is, and gives it what this has: standard streams, and the signal that ends it. */
public final class SparkProcess {
    /** What Spark reaches into on Java 17, as its own launcher opens it. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    private SparkProcess() {}

    /**
     * Runs a job to its end.
     *
     * @param job its name
     * @param request what it does
     * @return its exit code
     * @throws InputException when Spark was not built
     */
    public static int run(String job, JsonNode request) {
        Path target = Path.of(System.getProperty("ham.home", "."), "ham-spark", "target");
        Path jar = target.resolve("ham-spark.jar");
        if (!Files.exists(jar) || !Files.isDirectory(target.resolve("spark"))) {
            throw new InputException(
                    jar,
                    "expected the module for Apache Spark, found that it is not built; start ham by its launcher, or build it"
                            + " with './mvnw -q -DskipTests package'");
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        OPENED.forEach(name -> command.addAll(List.of("--add-opens", "java.base/" + name + "=ALL-UNNAMED")));
        command.add("-Dfile.encoding=UTF-8");
        command.add("-Djava.awt.headless=true");
        String options = System.getenv("HAM_OPTS");
        if (options != null && !options.isBlank()) {
            command.addAll(List.of(options.trim().split("\\s+")));
        }
        command.addAll(List.of(
                "-cp",
                jar + File.pathSeparator + target.resolve("lib") + "/*" + File.pathSeparator + target.resolve("spark")
                        + "/*",
                "ham.spark.app.Main",
                job,
                request.toString()));
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
            return process.waitFor();
        } catch (IOException e) {
            throw new InputException(jar, "cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Interruption.isUnderWay() ? ExitCode.INTERRUPTED : ExitCode.FAILED;
        }
    }
}
