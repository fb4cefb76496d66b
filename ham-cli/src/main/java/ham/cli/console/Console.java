package ham.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import ham.job.work.WorkListener;
import ham.merge.io.JsonFiles;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every command prints with: results to standard output, as text or as one JSON document, everything else to standard error. */
public final class Console {
    private static final boolean TERMINAL = Boolean.getBoolean("ham.tty");
    private static final boolean COLOURS = Boolean.getBoolean("ham.tty.out") && System.getenv("NO_COLOR") == null;

    @Option(names = "--json", description = "Print one JSON document on standard output and nothing else.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    private boolean onProgressLine;

    /** The command at work, for errors in its options. */
    public CommandSpec spec() {
        return spec;
    }

    /** Whether one JSON document is wanted and nothing else. */
    public boolean json() {
        return json;
    }

    /** Whether results go to a terminal, which shows colours. */
    public boolean colours() {
        return COLOURS && !json;
    }

    /** The arguments of this process as they were typed, for records. */
    public List<String> command() {
        List<String> command = new ArrayList<>(List.of("ham"));
        command.addAll(spec.root().commandLine().getParseResult().originalArgs());
        return command;
    }

    /** Prints a result in the form that was asked for. */
    public void result(String text, JsonNode document) {
        endProgressLine();
        PrintWriter out = spec.commandLine().getOut();
        if (json || !text.isEmpty()) {
            out.println(json ? JsonFiles.pretty(document) : text);
        }
        out.flush();
    }

    /** A stage of long work, on a line of its own. */
    public void stage(String message) {
        endProgressLine();
        err().println(message);
        err().flush();
    }

    /** Something the user should know that does not stop the work. */
    public void warn(String message) {
        stage("ham: warning: " + message);
    }

    /** Where long work stands; on a terminal it replaces the line before, elsewhere it is left out. */
    public synchronized void progress(String format, Object... arguments) {
        if (TERMINAL) {
            err().print("\r\u001b[K" + String.format(Locale.ROOT, format, arguments));
            err().flush();
            onProgressLine = true;
        }
    }

    /** Where a merge stands. */
    public void mergeProgress(String stage, long done, long total) {
        progress("%s: %d %%", stage, 100 * done / total);
    }

    /** The listener of long work that does not concern a run. */
    public WorkListener listener() {
        return new WorkListener() {
            @Override
            public void stage(String sentence) {
                Console.this.stage(sentence);
            }

            @Override
            public void warned(String sentence) {
                warn(sentence);
            }

            @Override
            public void progress(String what, long done, long total) {
                Console.this.progress("%s: %d of %d", what, done, total);
            }
        };
    }

    private synchronized void endProgressLine() {
        if (onProgressLine) {
            err().print("\r\u001b[K");
            err().flush();
            onProgressLine = false;
        }
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
