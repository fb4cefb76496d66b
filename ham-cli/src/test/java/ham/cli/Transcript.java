package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The sessions that a page of the documentation shows: blocks that begin with {@code ```console}, in which a line {@code $ COMMAND} is followed by
 * what it prints. They are run one after the other in one folder, which has {@code testdata}, {@code ham} and {@code ham-runtime.jar} as they
 * stand in this build, and must print what the page says. Numbers may differ by one unit of the last digit that is shown; in a block
 * {@code ```console numbers vary} by anything. A line {@code ...} stands for any lines, at the end of a line for anything.
 *
 * @param steps commands in the order of the page
 */
record Transcript(List<Step> steps) {
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?(e[+-]?\\d+)?");
    private static final int MINUTES = 5;

    /**
     * One command.
     *
     * @param line its place in the document
     * @param command as typed
     * @param output what it prints, standard output and standard error
     * @param numbersVary whether only the words count
     */
    record Step(int line, String command, List<String> output, boolean numbersVary) {}

    /** What is shown in a document. */
    static Transcript of(Path document) throws IOException {
        List<Step> steps = new ArrayList<>();
        boolean inside = false;
        boolean vary = false;
        List<String> lines = Files.readAllLines(document);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                inside = line.startsWith("```console");
                vary = line.contains("numbers vary");
            } else if (inside && line.startsWith("$ ")) {
                steps.add(new Step(i + 1, line.substring(2), new ArrayList<>(), vary));
            } else if (inside) {
                steps.get(steps.size() - 1).output().add(line);
            }
        }
        return new Transcript(steps);
    }

    /** Runs every command in a folder and compares what it prints. */
    void holdsIn(Path folder) throws IOException, InterruptedException {
        Path real = folder.toRealPath();
        prepare(real);
        Path printed = Files.createTempFile("printed", ".txt");
        for (Step step : steps) {
            Process shell = new ProcessBuilder("sh", "-c", step.command())
                    .directory(real.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(printed.toFile())
                    .start();
            assertThat(shell.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            List<String> found = Files.readString(printed)
                    .replace(real + "/", "")
                    .lines()
                    // The JVM's own note of options in the environment.
                    .filter(line -> !line.startsWith("Picked up JAVA_TOOL_OPTIONS: "))
                    .map(String::stripTrailing)
                    .toList();
            assertThat(fit(step.output(), found, step.numbersVary()))
                    .as(
                            "line %d: %s%nexpected:%n%s%nfound:%n%s",
                            step.line(), step.command(), String.join("\n", step.output()), String.join("\n", found))
                    .isTrue();
        }
        Files.delete(printed);
        Files.delete(real.resolve("testdata"));
    }

    private static void prepare(Path folder) throws IOException {
        Files.createSymbolicLink(
                folder.resolve("testdata"), Cli.testdata("").toAbsolutePath().normalize());
        String classPath = System.getProperty("java.class.path");
        Path java = Path.of(System.getProperty("java.home"), "bin/java");
        Path ham = Files.writeString(
                folder.resolve("ham"),
                "#!/bin/sh\nexec " + java + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8"
                        + " -Djava.awt.headless=true -cp '" + classPath + "' ham.cli.Main \"$@\"\n");
        assertThat(ham.toFile().setExecutable(true)).isTrue();
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "ham.runtime.app.Main");
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Stream.of(classPath.split(File.pathSeparator))
                        .map(each -> Path.of(each).toUri().toString())
                        .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(folder.resolve("ham-runtime.jar")), manifest).close();
    }

    /** Whether lines are those that a page shows, {@code ...} standing for any. */
    static boolean fit(List<String> shown, List<String> found, boolean numbersVary) {
        if (shown.isEmpty()) {
            return found.isEmpty();
        }
        String first = shown.get(0);
        List<String> rest = shown.subList(1, shown.size());
        if (first.equals("...")) {
            return IntStream.rangeClosed(0, found.size())
                    .anyMatch(from -> fit(rest, found.subList(from, found.size()), numbersVary));
        }
        return !found.isEmpty()
                && same(first, found.get(0), numbersVary)
                && fit(rest, found.subList(1, found.size()), numbersVary);
    }

    private static boolean same(String shown, String found, boolean numbersVary) {
        if (shown.endsWith(" ...")) {
            return words(found).startsWith(words(shown.substring(0, shown.length() - 3)));
        }
        if (!words(shown).equals(words(found))) {
            return false;
        }
        Matcher expected = NUMBER.matcher(shown);
        Matcher actual = NUMBER.matcher(found);
        while (expected.find() && actual.find()) {
            if (!numbersVary && !near(expected.group(), actual.group())) {
                return false;
            }
        }
        return true;
    }

    /** A line without its numbers, their signs, the spaces that align them, and the dashes of an option that an error begins with. */
    private static String words(String line) {
        return NUMBER.matcher(line.replaceFirst("^ham: --", "ham: "))
                .replaceAll("#")
                .replaceAll("-#", "#")
                .replaceAll("\\s+", " ")
                .strip();
    }

    private static boolean near(String shown, String found) {
        BigDecimal expected = new BigDecimal(shown);
        BigDecimal difference = expected.subtract(new BigDecimal(found)).abs();
        return shown.contains(".") ? difference.compareTo(expected.ulp()) <= 0 : difference.signum() == 0;
    }
}
