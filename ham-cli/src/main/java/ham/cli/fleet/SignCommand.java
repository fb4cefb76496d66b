package ham.cli.fleet;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.export.fleet.SigningKeys;
import ham.export.fleet.Update;
import ham.export.fleet.UpdateMaker;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham sign}: a patch, or two models, become a signed update. */
@Command(
        name = "sign",
        description =
                "Makes a signed update of a patch, or of two models (--from, --to), with external data or without.")
public final class SignCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(arity = "0..1", paramLabel = "FILE.hampatch", description = "A patch of 'ham export --patch'.")
    private Path patch;

    @Option(
            names = "--from",
            paramLabel = "DEPLOYED.onnx",
            description = "Without a patch: the model that devices have.")
    private Path from;

    @Option(names = "--to", paramLabel = "NEW.onnx", description = "Without a patch: what it becomes.")
    private Path to;

    @Option(
            names = "--key",
            paramLabel = "NAME.key",
            required = true,
            description = "The private key of 'ham keys' or of openssl.")
    private Path key;

    @Option(
            names = "--after",
            paramLabel = "FILE.hamupdate",
            description = "The update before this one (default: none, the first of a chain).")
    private Path after;

    @Option(names = "--out", paramLabel = "FILE.hamupdate", required = true, description = "The update.")
    private Path out;

    @Option(names = "--force", description = "Replace an output that exists.")
    private boolean force;

    @Override
    public Integer call() {
        if ((patch == null) == (from == null) || (from == null) != (to == null)) {
            throw new ParameterException(
                    console.spec().commandLine(), "expected a patch, or both --from and --to, found another choice");
        }
        Optional<PrivateKey> signing = Optional.of(SigningKeys.readPrivate(key));
        Optional<Update> before = Optional.ofNullable(after).map(file -> Update.open(file, Optional.empty()));
        Update update = patch != null
                ? UpdateMaker.ofPatch(patch, signing, before, out, force)
                : UpdateMaker.ofModels(from, to, signing, before, out, force);
        console.result(
                "wrote " + out + ", update " + update.sha256() + ": "
                        + update.content().base() + " becomes "
                        + update.content().result(),
                JsonFiles.object()
                        .put("update", out.toString())
                        .put("sha256", update.sha256())
                        .set("content", JsonFiles.tree(update.content())));
        return ExitCode.DONE;
    }
}
