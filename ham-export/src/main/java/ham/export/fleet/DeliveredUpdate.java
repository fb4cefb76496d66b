package ham.export.fleet;

import ham.merge.InputException;
import ham.merge.io.TemporaryFiles;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.Optimization;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Optional;
import java.util.function.Function;

/** What a device gets: a file {@code .hamupdate}, or a bare patch {@code .hampatch}, which has no signature. */
public final class DeliveredUpdate {
    static final String UPDATE = ".hamupdate";
    static final String PATCH = ".hampatch";

    private DeliveredUpdate() {}

    /**
     * Puts an update into the place of a model that opens in ONNX Runtime, or of none.
     *
     * @param key whose signature it must have; empty to take any, and none
     * @return SHA-256 of the new model file
     * @throws InputException when it is damaged, not signed by that key, or not for that model, and {@link ham.runtime.ModelException} when the new
     *     model does not open here; the old one stays
     */
    public static String install(Path model, Path file, Optional<PublicKey> key) {
        Installation installation = new Installation(model);
        return use(
                file,
                key,
                update -> isPatch(file)
                        ? installation.applyAlone(update, DeliveredUpdate::requireOpens)
                        : installation.apply(update, DeliveredUpdate::requireOpens));
    }

    private static boolean isPatch(Path file) {
        return file.toString().endsWith(PATCH);
    }

    /** Opens a file and does something with the update in it. */
    static <T> T use(Path file, Optional<PublicKey> key, Function<Update, T> work) {
        if (!isPatch(file)) {
            return work.apply(Update.open(file, key));
        }
        if (key.isPresent()) {
            throw new InputException(
                    file,
                    "expected a signed update (.hamupdate), found a patch, which has no signature; make one with 'ham sign'");
        }
        Path wrapped = TemporaryFiles.file("ham-apply-", UPDATE);
        try {
            return work.apply(UpdateMaker.ofPatch(file, Optional.empty(), Optional.empty(), wrapped, true));
        } finally {
            wrapped.toFile().delete();
        }
    }

    private static void requireOpens(Path next) {
        OnnxModel.open(next, new SessionSettings(1).optimized(Optimization.NONE))
                .close();
    }
}
