package ham.cli.sweep;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.Cli;
import ham.cli.NoiseImages;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An experiment on Apache Spark against the same one in this process: equal bit for bit but for times and paths. Needs {@code ham-spark} to be built. */
class SweepTest {
    /** What says when, how long and where; JVMs of one machine with other collectors say other sizes of the heap. */
    private static final Set<String> CHANGES =
            Set.of("seconds", "images_per_second", "command", "started", "finished", "time", "date", "out", "max heap");

    private static final Path SPARK =
            testdata("..").resolve("ham-spark").toAbsolutePath().normalize();
    private static final String HOME = "ham.home";

    private static Path data;
    private static Map<String, Object> expected;

    @TempDir
    private Path temp;

    private Optional<String> before = Optional.empty();

    private static Cli compare(Path data, Path out, Object... more) {
        return ham(arguments(data, out, more));
    }

    private static Object[] arguments(Path data, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("experiment", "compare", "--base", testdata("hf-vit-tiny")));
        arguments.addAll(List.of("--data", data, "--out", out, "--epochs", 1, "--batch", 8, "--rank", 2));
        arguments.addAll(List.of("--projection", 32, "--threads", 1, "--train-images", 6, "--tasks", 2));
        arguments.addAll(List.of("--orders", "7", "--methods", "ham,ties,ham-independent"));
        arguments.addAll(List.of(more));
        return arguments.toArray();
    }

    @BeforeAll
    static void doItHere(@TempDir Path folder) throws IOException {
        assumeTrue(Files.exists(SPARK.resolve("target/ham-spark.jar")), "ham-spark is not built");
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell to start ham with");
        data = folder.resolve("data");
        NoiseImages.write(data);
        Path local = folder.resolve("local");
        compare(data, local).succeeds();
        expected = content(local);
    }

    @BeforeEach
    void setHome() throws IOException {
        before = Optional.ofNullable(System.getProperty(HOME));
        System.setProperty(HOME, home().toString());
    }

    @AfterEach
    void restoreHome() {
        before.ifPresentOrElse(home -> System.setProperty(HOME, home), () -> System.clearProperty(HOME));
    }

    @Test
    void aSweepOnSparkGivesTheBytesOfTheLocalRun() throws IOException {
        Path swept = temp.resolve("swept");
        compare(data, swept, "--master", "local[2]").succeeds();
        isAsHere(swept);
    }

    /** A real cluster: first the sweep itself is killed, when one run is done; then it goes on, and loses a worker in the middle of a run. */
    @Test
    @Timeout(value = 12, unit = TimeUnit.MINUTES)
    void aSweepOnAClusterSurvivesItsOwnDeathAndThatOfAWorker() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/cmdline")), "no /proc to find the processes of runs in");
        Path swept = temp.resolve("swept");
        Path logs = swept.resolve("logs");
        List<Path> done = List.of(
                swept.resolve("runs/ham-order7/metrics.json"),
                swept.resolve("runs/ties-order7/metrics.json"),
                swept.resolve("runs/ham-independent-order7/metrics.json"));
        try (SparkCluster cluster = new SparkCluster(SPARK, Files.createDirectory(temp.resolve("cluster")))) {
            cluster.addWorker();
            List<String> command =
                    new ArrayList<>(List.of(temp.resolve("home/ham").toString()));
            for (Object each : arguments(data, swept, "--master", cluster.master())) {
                command.add(each.toString());
            }
            Process sweep = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(temp.resolve("first.log").toFile())
                    .start();
            await("a run that is done", () -> !sweep.isAlive() || done.stream().anyMatch(Files::exists));
            assertThat(sweep.isAlive())
                    .as(Files.readString(temp.resolve("first.log")))
                    .isTrue();
            sweep.descendants().forEach(ProcessHandle::destroyForcibly);
            sweep.destroyForcibly().waitFor();
            await("the end of what it began", () -> cluster.runs().isEmpty());
            List<Path> first = done.stream().filter(Files::exists).toList();
            assertThat(first).as("runs done before the sweep was killed").hasSizeBetween(1, 2);
            Map<Path, FileTime> times = new TreeMap<>();
            for (Path each : first) {
                times.put(each, Files.getLastModifiedTime(each));
            }

            Map<String, Integer> before = new TreeMap<>();
            for (Path each : done) {
                String run = each.getParent().getFileName().toString();
                before.put(run, attempts(logs.resolve(run + ".log")));
            }
            AtomicReference<Throwable> failure = new AtomicReference<>();
            AtomicReference<String> lost = new AtomicReference<>("");
            Thread killer = new Thread(() -> {
                try {
                    await("a run that has begun", () -> begun(cluster, logs, before)
                            .isPresent());
                    lost.set(cluster.killWorkerOf(begun(cluster, logs, before).orElseThrow()));
                    cluster.addWorker();
                } catch (Exception | AssertionError e) {
                    failure.set(e);
                }
            });
            killer.start();
            compare(data, swept, "--master", cluster.master()).succeeds();
            killer.join();

            assertThat(failure.get()).isNull();
            assertThat(lost.get()).as("the run that lost its worker").contains("order7");
            for (Path each : first) {
                assertThat(Files.getLastModifiedTime(each)).as("not done again").isEqualTo(times.get(each));
            }
            assertThat(attempts(logs.resolve(lost.get() + ".log")))
                    .as("attempts at " + lost.get())
                    .isEqualTo(before.get(lost.get()) + 2);
        }
        isAsHere(swept);
    }

    /** A process that has begun its run, by the run's log. */
    private static Optional<ProcessHandle> begun(SparkCluster cluster, Path logs, Map<String, Integer> before) {
        return cluster.runs().stream()
                .filter(each -> SparkCluster.run(each)
                        .filter(run -> attempts(logs.resolve(run + ".log")) > before.get(run))
                        .isPresent())
                .findFirst();
    }

    /** How often a run was begun, by its log. */
    private static int attempts(Path log) {
        try {
            return Files.exists(log) ? Files.readString(log).split("(?m)^run ", -1).length - 1 : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time to wait for " + what).isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static void isAsHere(Path swept) throws IOException {
        try (Stream<Path> logs = Files.list(swept.resolve("logs"))) {
            assertThat(logs).as("a process a run").hasSize(3);
        }
        Map<String, Object> found = content(swept);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        assertThat(expected.keySet().stream().filter(name -> name.endsWith(".safetensors")))
                .hasSizeGreaterThan(8);
        assertThat(expected.keySet().stream()
                        .filter(name -> !found.get(name).equals(expected.get(name)))
                        .map(name -> name + ":\n" + expected.get(name) + "\n" + found.get(name)))
                .as("files that are not equal")
                .isEmpty();
    }

    /** Where ham's launcher lies; this one starts what is tested. */
    private Path home() throws IOException {
        Path home = Files.createDirectory(temp.resolve("home"));
        Files.createSymbolicLink(home.resolve("ham-spark"), SPARK);
        String path = Optional.ofNullable(System.getProperty("surefire.test.class.path"))
                .orElse(System.getProperty("java.class.path"));
        Path launcher = Files.writeString(
                home.resolve("ham"),
                "#!/bin/sh\nexec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' -XX:+UseSerialGC -Dfile.encoding=UTF-8 -Djava.awt.headless=true -Dham.home='" + home
                        + "' -cp '" + path
                        + "' ham.cli.Main \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /** Every file but logs and pages; JSON without what says when and where, the table without seconds, its eighth column. */
    private static Map<String, Object> content(Path folder) throws IOException {
        Map<String, Object> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (name.startsWith("logs/") || name.endsWith(".html")) {
                    continue;
                }
                if (name.endsWith(".json")) {
                    content.put(
                            name,
                            without(JsonFiles.read(file, "a record")).toString().replace(folder.toString(), ""));
                } else if (name.endsWith(".md")) {
                    content.put(name, Files.readString(file).replace(folder.toString(), ""));
                } else if (name.equals("results.csv")) {
                    content.put(name, Files.readString(file).replaceAll("(?m)^((?:[^,\n]*,){7})[^,\n]*,", "$1"));
                } else {
                    content.put(name, ByteBuffer.wrap(Files.readAllBytes(file)));
                }
            }
        }
        return content;
    }

    private static JsonNode without(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(CHANGES);
        }
        for (Iterator<JsonNode> each = node.elements(); each.hasNext(); ) {
            without(each.next());
        }
        return node;
    }
}
