package ham.cli.fleet;

import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.export.fleet.SigningKeys;
import ham.merge.io.JsonFiles;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ham keys}: a pair that signs updates. */
@Command(
        name = "keys",
        description = "Makes a pair of Ed25519 keys: one signs updates, the other is for the devices that verify them.")
public final class KeysCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @Option(
            names = "--out",
            paramLabel = "NAME",
            required = true,
            description = "Makes NAME.key, to be kept secret, and NAME.pub (PEM, as openssl writes and reads them).")
    private Path out;

    @Override
    public Integer call() {
        SigningKeys.KeyFiles files = SigningKeys.generate(out);
        String name = SigningKeys.name(SigningKeys.readPublic(files.publicKey()));
        console.result(
                "wrote " + files.privateKey() + " (signs; keep it secret) and " + files.publicKey()
                        + " (verifies), key " + name,
                JsonFiles.object()
                        .put("private", files.privateKey().toString())
                        .put("public", files.publicKey().toString())
                        .put("key", name));
        return ExitCode.DONE;
    }
}
