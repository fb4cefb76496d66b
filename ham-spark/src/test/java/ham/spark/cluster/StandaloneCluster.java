package ham.spark.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.launcher.JavaModuleOptions;

/**
 * Spark's standalone master and workers as processes of this machine, on free ports of the loopback interface. They are killed on closing, with the
 * executors that they started.
 */
final class StandaloneCluster implements AutoCloseable {
    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://127\\.0\\.0\\.1:\\d+)");
    private static final Pattern WORKER = Pattern.compile("Successfully registered with master");
    /** What splits texts, with its native libraries. */
    private static final String TOKENIZERS = Path.of("ai", "djl").toString();

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path folder;
    private final Path home;
    private final List<Process> processes = new ArrayList<>();
    private final String master;

    StandaloneCluster(Path folder, int workers) throws IOException, InterruptedException {
        this.folder = folder;
        this.home = Files.createDirectories(folder.resolve("home"));
        Path jars = Files.createDirectories(home.resolve("jars"));
        for (Path jar : classPath().stream().filter(entry -> !isOurs(entry)).toList()) {
            if (Files.exists(jar) && !Files.exists(jars.resolve(jar.getFileName()))) {
                link(jars.resolve(jar.getFileName()), jar);
            }
        }
        try {
            Process first = start("master", "org.apache.spark.deploy.master.Master", List.of());
            this.master = await(first, "master", MASTER).group(1);
            for (int i = 0; i < workers; i++) {
                addWorker();
            }
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

    /** One more worker, of one core. */
    void addWorker() throws IOException, InterruptedException {
        String name = "worker" + processes.size();
        Process worker = start(
                name,
                "org.apache.spark.deploy.worker.Worker",
                List.of(
                        "--cores",
                        "1",
                        "--memory",
                        "900m",
                        "--work-dir",
                        folder.resolve(name).toString(),
                        master));
        await(worker, name, WORKER);
    }

    String master() {
        return master;
    }

    /** Kills a worker, counted from 0, and its executors as a loss of power would. */
    void kill(int worker) {
        kill(processes.get(1 + worker));
    }

    /** Executors that run at the moment. */
    List<ProcessHandle> executors() {
        return processes.stream().flatMap(each -> each.descendants()).toList();
    }

    /** What executors must find that no cluster has. */
    static String ours() {
        return String.join(
                File.pathSeparator,
                classPath().stream()
                        .filter(StandaloneCluster::isOurs)
                        .map(Path::toString)
                        .toList());
    }

    private static boolean isOurs(Path entry) {
        return Files.isDirectory(entry)
                || entry.getFileName().toString().startsWith("ham-")
                || entry.toString().contains(TOKENIZERS);
    }

    private static List<Path> classPath() {
        String path = Optional.ofNullable(System.getProperty("surefire.test.class.path"))
                .orElse(System.getProperty("java.class.path"));
        return Stream.of(path.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(Files::exists)
                .toList();
    }

    private Process start(String name, String main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
        command.addAll(List.of("-cp", home.resolve("jars") + "/*", main));
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile());
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private Matcher await(Process process, String name, Pattern line) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && process.isAlive()) {
            Matcher found = line.matcher(Files.readString(log(name)));
            if (found.find()) {
                return found;
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException(name + " did not start: " + Files.readString(log(name)));
    }

    private static void kill(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        for (int i = processes.size() - 1; i >= 0; i--) {
            kill(processes.get(i));
        }
    }
}
