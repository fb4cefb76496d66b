package ham.cli;

import ham.runtime.ModelException;
import ham.runtime.model.SessionSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How ONNX Runtime runs a model. */
final class SessionOptions {
    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of ONNX Runtime, 0 for one a physical core (default: ${DEFAULT-VALUE}).")
    private int threads;

    SessionSettings settings(CommandSpec spec) {
        try {
            return new SessionSettings(threads);
        } catch (ModelException e) {
            throw new ParameterException(spec.commandLine(), "--threads: " + e.getMessage(), e);
        }
    }
}
