package ham.runtime.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import ham.testing.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar that is carried to an edge box, run as a process in an environment that holds nothing but where to keep files. The build runs this
 * after it has packed the jar; where no jar is named ({@code -Dham.runtime.jar}) and none was packed, the tests are left out with that word.
 */
class RuntimeJarIT {
    private static final String MODEL = TestData.path("onnx/colors.onnx").toString();
    private static final String IMAGE = TestData.path("pillow/rgb.png").toString();

    private static Path jar;

    @TempDir
    private Path folder;

    private List<String> jvm = List.of();

    private record Ran(int code, String out, String err) {}

    @BeforeAll
    static void findTheJar() {
        String named = System.getProperty("ham.runtime.jar");
        jar = Path.of(named == null ? "target/ham-runtime.jar" : named).toAbsolutePath();
        assumeTrue(
                named != null || Files.isRegularFile(jar),
                jar + " was not packed; ./mvnw package -pl ham-runtime -am packs it");
        assertThat(jar).isRegularFile();
    }

    private Ran run(String... typed) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(jvm);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(typed));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("XDG_CACHE_HOME", folder.toString());
        int code = builder.start().waitFor();
        return new Ran(
                code,
                Files.readString(out, StandardCharsets.UTF_8),
                new String(Files.readAllBytes(err), StandardCharsets.UTF_8));
    }

    @Test
    void classifiesAnImageAndSaysNothingElse() throws Exception {
        Ran first = run(MODEL, IMAGE, "--top", "2");
        Ran second = run(MODEL, IMAGE, "--top", "2");

        assertThat(first.err()).isEmpty();
        assertThat(first.code()).isZero();
        assertThat(first.out().lines()).hasSize(3).startsWith(IMAGE);
        assertThat(first.out().lines().toList().get(1)).matches("   \\d\\d\\.\\d\\d %  (red|green|blue)");
        assertThat(second).as("with ONNX Runtime's libraries unpacked").isEqualTo(first);
        assertThat(folder.resolve("ham")).isDirectory();
    }

    /** ONNX Runtime makes a folder there at every start. Newer JDKs say on their own that there is none. */
    @Test
    void saysThatTemporaryFilesHaveNoPlace() throws Exception {
        jvm = List.of("-Djava.io.tmpdir=" + folder.resolve("none"));
        Ran ran = run(MODEL, IMAGE, "--top", "1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err().lines().filter(line -> line.startsWith("ham-runtime: ")))
                .singleElement()
                .asString()
                .contains("none", "; start Java with -Djava.io.tmpdir=DIR, a folder that can be written");
        assertThat(ran.err()).doesNotContain("\tat ");
    }

    @Test
    void printsJson() throws Exception {
        Ran ran = run(MODEL, IMAGE, "--json");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        JsonNode predictions = new ObjectMapper().readTree(ran.out()).at("/images/0/predictions");
        assertThat(predictions).hasSize(3);
        assertThat(predictions.at("/0/label").asText()).isIn("red", "green", "blue");
    }

    /** The environment of this process names no locale, as in containers, under cron and under systemd. */
    @Test
    void printsUtf8WhateverTheLocale() throws Exception {
        Path labels = Files.writeString(folder.resolve("labels.txt"), "café\nnaïve\n日本\n");

        Ran text = run(MODEL, IMAGE, "--labels", labels.toString());
        Ran json = run(MODEL, IMAGE, "--labels", labels.toString(), "--json");
        assertThat(text.out()).contains("café", "naïve", "日本");
        assertThat(json.out()).contains("\"café\"", "\"naïve\"", "\"日本\"");
        assertThat(text.err() + json.err()).isEmpty();
    }

    @Test
    void answersForTheImagesThatItCanRead() throws Exception {
        Path webp = Files.write(folder.resolve("a.webp"), "RIFF0000WEBPVP8 ".getBytes(StandardCharsets.US_ASCII));

        Ran ran = run(MODEL, webp.toString(), IMAGE, "--top", "1");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out().lines()).hasSize(2).startsWith(IMAGE);
        assertThat(ran.err())
                .isEqualTo(
                        "ham-runtime: " + webp + ": expected a PNG, JPEG, GIF, BMP, TIFF or PPM image, found WebP, for"
                                + " which there is no reader here; convert it to PNG first.\n");
    }

    /** Some 60 KB: ONNX Runtime's own look at the command line needs more stack for it than a Java thread has. */
    @Test
    void readsALongCommandLine() throws Exception {
        Path deep = Files.createDirectories(folder.resolve("images of a folder ".repeat(5)));
        List<String> typed = new ArrayList<>(List.of(MODEL, "--top", "1"));
        for (int i = 0; i < 300; i++) {
            Path link = deep.resolve("image-number-" + i + ".png");
            typed.add(Files.createSymbolicLink(link, Path.of(IMAGE)).toString());
        }

        Ran ran = run(typed.toArray(String[]::new));
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out().lines()).hasSize(2 * 300).contains(typed.get(302));
    }

    @Test
    void tellsItsVersionAndItsOptions() throws Exception {
        Ran version = run("--version");
        assertThat(version.out()).matches("ham-runtime \\d+\\.\\d+\\.\\d+\\S*, ONNX Runtime 1\\.\\S+\\s*");
        assertThat(version.code()).isZero();
        assertThat(run("--help").out()).contains("Usage: java -jar ham-runtime.jar");
    }

    @Test
    void endsWithTwoAfterWrongOptionsAndWithOneAfterWrongFiles() throws Exception {
        Ran option = run(MODEL, IMAGE, "--tpo", "2");
        assertThat(option.code()).isEqualTo(2);
        assertThat(option.err()).isEqualTo("ham-runtime: unknown option --tpo; --help shows the options\n");
        Ran backend = run(MODEL, IMAGE, "--backend", "gpu");
        assertThat(backend.code()).isEqualTo(2);
        assertThat(backend.err())
                .startsWith("ham-runtime: --backend: expected one of ")
                .hasLineCount(1);

        Ran file = run(folder.resolve("none.onnx").toString(), IMAGE);
        assertThat(file.code()).isEqualTo(1);
        assertThat(file.err())
                .contains("none.onnx: expected an ONNX model, found no such file")
                .hasLineCount(1);
        assertThat(option.out() + backend.out() + file.out()).isEmpty();
    }

    /** Only what serves: the runtime, the errors and hashes that all modules share, and libraries. */
    @Test
    void holdsTheRuntimeAndWhatItStandsOn() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            List<String> classes = file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith("ham/") && name.endsWith(".class"))
                    .toList();
            assertThat(classes)
                    .contains("ham/common/HamException.class", "ham/runtime/app/Main.class")
                    .allMatch(name -> name.startsWith("ham/common/") || name.startsWith("ham/runtime/"))
                    .noneMatch(name -> name.matches("ham/runtime/(bench|scenario|traffic|latency|memory)/.*"));
            assertThat(file.getManifest().getMainAttributes().getValue("Enable-Native-Access"))
                    .isEqualTo("ALL-UNNAMED");
        }
    }
}
