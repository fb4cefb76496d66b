package ham.cli;

import ham.cli.bench.BenchCommand;
import ham.cli.console.ExitCode;
import ham.cli.console.Failures;
import ham.cli.console.Interruption;
import ham.cli.console.Usage;
import ham.cli.demo.DemoCommand;
import ham.cli.experiment.ExperimentCommand;
import ham.cli.experiment.RunLine;
import ham.cli.export.ExportCommand;
import ham.cli.export.ImportCommand;
import ham.cli.fleet.ApplyCommand;
import ham.cli.fleet.FleetCommand;
import ham.cli.fleet.KeysCommand;
import ham.cli.fleet.SignCommand;
import ham.cli.inspect.DoctorCommand;
import ham.cli.inspect.InspectCommand;
import ham.cli.merge.ExtractCommand;
import ham.cli.merge.MergeCommand;
import ham.cli.run.EngineCommand;
import ham.cli.run.EvalCommand;
import ham.cli.run.RunCommand;
import ham.cli.serve.ServeCommand;
import ham.cli.spark.ScoreCommand;
import ham.cli.train.TrainCommand;
import ham.cli.tune.TuneCommand;
import ham.common.ErrorCode;
import ham.common.HamException;
import ham.common.Version;
import ham.merge.io.JsonFiles;
import ham.merge.kernel.Kernels;
import ham.runtime.app.NativeCache;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Entry point: parses the command line, runs a command and turns its outcome into an exit code. */
@Command(
        name = "ham",
        description = "Turns a pre-trained Vision Transformer and a stream of tasks into one deployable model.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.VersionText.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        usageHelpAutoWidth = true,
        sortOptions = false)
public final class Main implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            TrainCommand.class,
            ExperimentCommand.class,
            MergeCommand.class,
            ExtractCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            RunCommand.class,
            ServeCommand.class,
            EvalCommand.class,
            BenchCommand.class,
            EngineCommand.class,
            InspectCommand.class,
            KeysCommand.class,
            SignCommand.class,
            ApplyCommand.class,
            FleetCommand.class,
            ScoreCommand.class,
            TuneCommand.class,
            DoctorCommand.class,
            GenerateCompletion.class);

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print a stack trace with an error.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a command, found none");
    }

    /** Runs ham and ends the JVM with its exit code. */
    public static void main(String[] args) {
        loadEarly(List.of(args));
        int exitCode = commandLine(named(args)).execute(args);
        if (System.out.checkError() && exitCode == ExitCode.DONE) {
            System.err.println("ham: standard output: cannot be written (a full disk, or nobody reads it)");
            exitCode = ExitCode.FAILED;
        }
        System.exit(exitCode);
    }

    /**
     * Loads, while the command line is still read, what a merge multiplies with and what merging and exporting read their records with; lets
     * every other command, of which most open sessions, find ONNX Runtime's libraries unpacked. An export opens sessions at its end, if at all.
     */
    static void loadEarly(List<String> args) {
        if (args.isEmpty() || Stream.of("--help", "-h", "--version", "-V").anyMatch(args::contains)) {
            return;
        }
        switch (args.get(0)) {
            case "merge" -> {
                var unused = Kernels.load();
                new Early(false).start();
            }
            case "export" -> new Early(true).start();
            default -> NativeCache.use();
        }
    }

    /** What is loaded beside the reading of the command line. */
    private static final class Early extends Thread {
        private final boolean sessions;

        Early(boolean sessions) {
            super("early");
            this.sessions = sessions;
            setDaemon(true);
        }

        @Override
        public void run() {
            var unused = JsonFiles.object();
            if (sessions) {
                NativeCache.use();
            }
        }
    }

    /** The command that the first argument names, else all: to describe the options of every command takes a tenth of a second. */
    static List<Class<?>> named(String[] args) {
        List<Class<?>> named = COMMANDS.stream()
                .filter(each -> args.length > 0
                        && each.getAnnotation(Command.class).name().equals(args[0]))
                .filter(each -> each != GenerateCompletion.class)
                .toList();
        return named.isEmpty() ? COMMANDS : named;
    }

    /** The whole command line. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    static CommandLine commandLine(List<Class<?>> commands) {
        Main main = new Main();
        CommandLine commandLine = new CommandLine(main);
        commands.forEach(commandLine::addSubcommand);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        Usage.register(commandLine);
        if (commands.contains(ExperimentCommand.class)) {
            commandLine.getSubcommands().get("experiment").getSubcommands().values().stream()
                    .map(CommandLine::getCommandSpec)
                    .forEach(RunLine::addTo);
        }
        if (commands.contains(GenerateCompletion.class)) {
            commandLine
                    .getSubcommands()
                    .get("generate-completion")
                    .getCommandSpec()
                    .usageMessage()
                    .hidden(true);
        }
        commandLine.setParameterExceptionHandler((exception, args) -> {
            CommandLine command = exception.getCommandLine();
            command.getErr().println("ham: " + Failures.oneLine(exception.getMessage()) + seeHelp(command));
            command.getErr().flush();
            return ExitCode.WRONG_USAGE;
        });
        commandLine.setExecutionExceptionHandler((exception, command, result) -> main.failed(exception, command));
        commandLine.setExecutionStrategy(result -> {
            try {
                return new RunLast().execute(result);
            } catch (OutOfMemoryError | LinkageError e) {
                return main.failed(e, commandLine);
            }
        });
        return commandLine;
    }

    private int failed(Throwable failure, CommandLine command) {
        if (Interruption.isUnderWay()) {
            return ExitCode.INTERRUPTED;
        }
        boolean usage = failure instanceof HamException known && known.code() == ErrorCode.USAGE;
        PrintWriter err = command.getErr();
        err.println("ham: " + Failures.sentence(failure) + (usage ? seeHelp(command) : ""));
        if (debug) {
            failure.printStackTrace(err);
        }
        err.flush();
        return usage ? ExitCode.WRONG_USAGE : ExitCode.FAILED;
    }

    private static String seeHelp(CommandLine command) {
        return "; see '" + command.getCommandSpec().qualifiedName() + " --help'";
    }

    /** The version that the build wrote into the jar. */
    static final class VersionText implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"ham " + Version.current()};
        }
    }
}
