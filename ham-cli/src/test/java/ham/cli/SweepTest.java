package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An experiment on Apache Spark against the same one in this process: equal bit for bit but for times and paths. Needs {@code ham-spark} to be built. */
class SweepTest {
    /** What says when, how long and where. */
    private static final Set<String> CHANGES =
            Set.of("seconds", "images_per_second", "command", "started", "finished", "time", "date", "out");

    @TempDir
    private Path temp;

    private static Cli compare(Path data, Path out, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("experiment", "compare", "--base", testdata("hf-vit-tiny")));
        arguments.addAll(List.of("--data", data, "--out", out, "--epochs", 1, "--batch", 8, "--rank", 2));
        arguments.addAll(List.of("--projection", 32, "--threads", 1, "--train-images", 6, "--tasks", 2));
        arguments.addAll(List.of("--orders", "7", "--methods", "ham,ties,ham-independent"));
        arguments.addAll(List.of(more));
        return ham(arguments.toArray());
    }

    @Test
    void aSweepOnSparkGivesTheBytesOfTheLocalRun() throws IOException {
        Path spark = testdata("..").resolve("ham-spark").toAbsolutePath().normalize();
        assumeTrue(Files.exists(spark.resolve("target/ham-spark.jar")), "ham-spark is not built");
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell to start ham with");
        Path data = temp.resolve("data");
        NoiseImages.write(data);
        Path local = temp.resolve("local");
        Path swept = temp.resolve("swept");
        compare(data, local).succeeds();
        String before = System.getProperty("ham.home");
        System.setProperty("ham.home", home(spark).toString());
        try {
            compare(data, swept, "--master", "local[2]").succeeds();
        } finally {
            if (before == null) {
                System.clearProperty("ham.home");
            } else {
                System.setProperty("ham.home", before);
            }
        }
        try (Stream<Path> logs = Files.list(swept.resolve("logs"))) {
            assertThat(logs).as("a process a run").hasSize(3);
        }
        Map<String, Object> expected = content(local);
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
    private Path home(Path spark) throws IOException {
        Path home = Files.createDirectory(temp.resolve("home"));
        Files.createSymbolicLink(home.resolve("ham-spark"), spark);
        String path = Optional.ofNullable(System.getProperty("surefire.test.class.path"))
                .orElse(System.getProperty("java.class.path"));
        Path launcher = Files.writeString(
                home.resolve("ham"),
                "#!/bin/sh\nexec '" + Path.of(System.getProperty("java.home"), "bin", "java")
                        + "' -XX:+UseSerialGC -Dfile.encoding=UTF-8 -Djava.awt.headless=true -cp '" + path
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
