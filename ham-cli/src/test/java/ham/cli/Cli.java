package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import picocli.CommandLine;

/**
 * One run of the command line in this JVM.
 *
 * @param exitCode what the process would end with
 * @param out standard output
 * @param err standard error
 */
public record Cli(int exitCode, String out, String err) {
    /** Runs {@code ham ARGUMENTS...}; each argument is turned into text. */
    public static Cli ham(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = arguments[i].toString();
        }
        int exitCode = commandLine.execute(texts);
        return new Cli(exitCode, out.toString(), err.toString());
    }

    /** A file or folder under {@code testdata/}. */
    public static Path testdata(String relative) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(relative);
    }

    public Cli succeeds() {
        assertThat(exitCode).as(err).isZero();
        return this;
    }

    /** One error on standard error, in one line that has all the parts; nothing on standard output. Warnings and stages may stand before it. */
    public Cli failsWith(int expectedExitCode, String... parts) {
        assertThat(exitCode).as(err).isEqualTo(expectedExitCode);
        assertThat(out).isEmpty();
        assertThat(err.lines().filter(line -> line.startsWith("ham: ") && !line.startsWith("ham: warning: ")))
                .as(err)
                .singleElement()
                .asString()
                .contains(parts);
        assertThat(err).doesNotContain("Exception", "\tat ");
        return this;
    }

    /** Standard output as the one JSON document that it must be. */
    public JsonNode json() {
        try {
            return JsonMapper.builder().build().readTree(out);
        } catch (IOException e) {
            throw new AssertionError("not one JSON document: " + out, e);
        }
    }
}
