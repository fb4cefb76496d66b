package ham.spark.app;

import ham.runtime.ModelException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.spark.api.java.function.VoidFunction;

/**
 * Runs a program to its end. Its standard input stays open as long as the executor lives: a program that goes on with what it began can tell by its
 * end that another attempt is about to begin.
 */
final class SweepTask implements VoidFunction<SweepRequest.Program> {
    private static final long serialVersionUID = 1L;

    /** Tells ham's launcher to start what is built, though a source be newer: the runs of a sweep are all done by one build, which none of them makes. */
    private static final String AS_BUILT = "HAM_AS_BUILT";

    private final String folder;

    SweepTask(String folder) {
        this.folder = folder;
    }

    @Override
    public void call(SweepRequest.Program program) throws IOException, InterruptedException {
        File log = new File(program.log());
        ProcessBuilder builder = new ProcessBuilder(program.command())
                .directory(new File(folder))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().put(AS_BUILT, "1");
        Process process = builder.start();
        // The program ends when its standard input does, so this stays open as long as the task lives.
        OutputStream input = process.getOutputStream();
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new ModelException(program.name() + ": ended with exit code " + code + "; see " + log + ".");
            }
        } finally {
            input.close();
            process.destroy();
        }
    }
}
