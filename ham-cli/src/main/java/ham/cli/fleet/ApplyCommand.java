package ham.cli.fleet;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.export.fleet.Installation;
import ham.export.fleet.SigningKeys;
import ham.export.fleet.Update;
import ham.export.fleet.UpdateMaker;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.Optimization;
import ham.runtime.model.SessionSettings;
import java.io.IOException;
import java.nio.file.Files;
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
        Installation installation = new Installation(model);
        String hash = rollBack ? installation.rollBack() : applied(installation);
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

    private String applied(Installation installation) {
        Optional<PublicKey> key = Optional.ofNullable(verify).map(SigningKeys::readPublic);
        if (!update.toString().endsWith(".hampatch")) {
            return installation.apply(Update.open(update, key), ApplyCommand::check);
        }
        if (key.isPresent()) {
            throw new InputException(
                    update,
                    "expected a signed update (.hamupdate), found a patch, which has no signature; make one with 'ham sign'");
        }
        Path wrapped = null;
        try {
            wrapped = Files.createTempFile("ham-apply-", ".hamupdate");
            return installation.apply(
                    UpdateMaker.ofPatch(update, Optional.empty(), Optional.empty(), wrapped, true),
                    ApplyCommand::check);
        } catch (IOException e) {
            throw InputException.unwritable(update, e);
        } finally {
            if (wrapped != null) {
                wrapped.toFile().delete();
            }
        }
    }

    /** A model that does not open here takes nobody's place. */
    private static void check(Path next) {
        OnnxModel.open(next, new SessionSettings(1).optimized(Optimization.NONE))
                .close();
    }
}
