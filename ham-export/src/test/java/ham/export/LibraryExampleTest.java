package ham.export;

import static org.assertj.core.api.Assertions.assertThat;

import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of Java in the package page are compiled and run as they stand there. */
class LibraryExampleTest {
    private static final Path PAGE = Path.of("src/main/java/ham/export/package-info.java");
    private static final List<String> IMPORTS = List.of(
            "ham.export.*",
            "ham.merge.checkpoint.Checkpoint",
            "ham.merge.folder.Merged",
            "ham.runtime.model.SessionSettings",
            "java.nio.file.Path");

    @TempDir
    private Path folder;

    @Test
    void theExampleOfThePackagePageRuns() throws Exception {
        String lines = example()
                .replace("\"vit-base\"", literal(TestData.path("hf-vit-tiny")))
                .replace("\"merged\"", literal(TestData.path("ham-reference/peft6.default.merged.safetensors")))
                .replace("\"model.onnx\"", literal(folder.resolve("model.onnx")));
        String printed = run(lines);
        assertThat(printed).startsWith("parity passed on 16 seeded images").contains("[", "]");
        assertThat(OnnxSummary.of(folder.resolve("model.onnx")).outputs().get(0).name())
                .isEqualTo("logits");
    }

    /** What stands between {@code <pre>} and its end, without the comment's asterisks. */
    private static String example() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf("<pre>{@code") + "<pre>{@code".length();
        String example = page.substring(from, page.indexOf("}</pre>"))
                .lines()
                .map(line -> line.replaceFirst("^ \\* ?", ""))
                .filter(line -> !line.isBlank())
                .collect(Collectors.joining("\n"));
        assertThat(example.lines()).hasSizeBetween(5, 12);
        return example;
    }

    private static String literal(Path path) {
        return '"' + path.toAbsolutePath().toString().replace("\\", "\\\\") + '"';
    }

    private String run(String lines) throws Exception {
        Path source = folder.resolve("Example.java");
        String imports = IMPORTS.stream().map(each -> "import " + each + ";\n").collect(Collectors.joining());
        Files.writeString(
                source,
                imports + "public final class Example {\n    public static void main(String[] args) {\n" + lines
                        + "\n    }\n}\n");
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        int rc = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        errors,
                        errors,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(rc).as(errors.toString(StandardCharsets.UTF_8)).isZero();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Example").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
