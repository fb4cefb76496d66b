package ham.cli.sweep;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Spark's standalone master and workers of one core, as processes of this machine on free ports of the loopback interface. Its home has what a
 * distribution of Spark has: its jars, and those of Jackson.
 */
final class SparkCluster implements AutoCloseable {
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://127\\.0\\.0\\.1:\\d+)");
    private static final Pattern WORKER = Pattern.compile("Successfully registered with master");
    private static final Pattern ONLY = Pattern.compile("\\x00--only\\x00([^\\x00]+)");

    private final Path folder;
    private final Path home;
    private final List<Process> processes = new ArrayList<>();
    private final String master;

    /** A master and one worker. */
    SparkCluster(Path spark, Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.home = folder.resolve("home");
        Path jars = Files.createDirectories(home.resolve("jars"));
        for (String part : List.of("spark", "lib")) {
            try (Stream<Path> files = Files.list(spark.resolve("target").resolve(part))) {
                for (Path jar : files.toList()) {
                    String name = jar.getFileName().toString();
                    if (part.equals("spark") || name.startsWith("jackson") || name.startsWith("slf4j-api")) {
                        link(jars.resolve(name), jar);
                    }
                }
            }
        }
        try {
            this.master = start("master", "org.apache.spark.deploy.master.Master", MASTER, List.of())
                    .group(1);
            addWorker();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A hard link, of whose removal JUnit does not warn, where both lie on one file system. */
    private static void link(Path name, Path file) throws IOException {
        try {
            Files.createLink(name, file.toRealPath());
        } catch (UnsupportedOperationException | IOException e) {
            Files.createSymbolicLink(name, file);
        }
    }

    String master() {
        return master;
    }

    /** One more worker. */
    void addWorker() throws IOException, InterruptedException {
        String name = "worker" + processes.size();
        String work = folder.resolve(name).toString();
        start(
                name,
                "org.apache.spark.deploy.worker.Worker",
                WORKER,
                List.of("--cores", "1", "--memory", "1g", "--work-dir", work, master));
    }

    /** Processes that do a run at the moment. */
    List<ProcessHandle> runs() {
        return processes.stream()
                .flatMap(Process::descendants)
                .filter(each -> run(each).isPresent())
                .toList();
    }

    /** The run that a process does; by /proc, since Java tells no arguments of a process that has more than a page of them. */
    static Optional<String> run(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
            Matcher only = ONLY.matcher(line);
            return only.find() ? Optional.of(only.group(1)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    /**
     * Kills the worker and the executor of a run, but not the run itself: that has to notice.
     *
     * @return the name of the run
     */
    String killWorkerOf(ProcessHandle run) {
        String name = run(run).orElseThrow();
        ProcessHandle executor = run.parent().orElseThrow();
        executor.parent().orElseThrow().destroyForcibly();
        executor.destroyForcibly();
        return name;
    }

    private Matcher start(String name, String main, Pattern line, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        for (String opened : List.of("java.lang", "java.lang.invoke", "java.nio", "java.util", "sun.nio.ch")) {
            command.addAll(List.of("--add-opens", "java.base/" + opened + "=ALL-UNNAMED"));
        }
        command.addAll(List.of("-cp", home.resolve("jars") + File.separator + "*", main));
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
        command.addAll(arguments);
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        Process process = builder.start();
        processes.add(process);
        for (int i = 0; i < 1800 && process.isAlive(); i++) {
            Matcher found = line.matcher(Files.readString(log));
            if (found.find()) {
                return found;
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException(name + " did not start: " + Files.readString(log));
    }

    @Override
    public void close() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            List<ProcessHandle> children = processes.get(i).descendants().toList();
            processes.get(i).destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
