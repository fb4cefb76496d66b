package ham.cli.fleet;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Usage;
import ham.export.fleet.DeliveredUpdate;
import ham.export.fleet.Installation;
import ham.export.fleet.SigningKeys;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code ham apply}: a device gets its next model, or the one before. */
@Command(
        name = "apply",
        description = "Replaces a deployed model by what an update makes of it, as a whole: whenever power is lost, the"
                + " old model is there or the new one. The old one stays beside it as MODEL.onnx.previous.")
public final class ApplyCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Parameters(index = "0", paramLabel = "MODEL.onnx", description = "The deployed model.")
    private Path model;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "UPDATE",
            description = "An update of 'ham sign' (.hamupdate), or a patch of 'ham export --patch' without --verify.")
    private Path update;

    @Option(
            names = "--verify",
            paramLabel = "NAME.pub",
            description = "Apply only what the private key to this public one has signed.")
    private Path verify;

    @Option(names = "--roll-back", description = "Instead of an update: put the previous model back.")
    private boolean rollBack;

    @Override
    public Integer call() {
        if (rollBack == (update != null)) {
            throw new ParameterException(
                    console.spec().commandLine(),
                    "expected an update or --roll-back, found " + (rollBack ? "both" : "none"));
        }
        Usage.requireWith(console.spec(), !rollBack, "an update", "--verify");
        Installation installation = new Installation(model);
        String hash = rollBack ? installation.rollBack() : applied();
        console.result(
                model + " is now " + hash + (rollBack ? ", rolled back" : "") + "; the model before is "
                        + installation.previous(),
                JsonFiles.object()
                        .put("model", model.toString())
                        .put("sha256", hash)
                        .put("previous", installation.previous().toString())
                        .put("rolled_back", rollBack));
        return ExitCode.DONE;
    }

    private String applied() {
        Optional<PublicKey> key = Optional.ofNullable(verify).map(SigningKeys::readPublic);
        return DeliveredUpdate.install(model, update, key);
    }
}
