package ham.runtime.onnx;

import ham.common.Found;
import ham.common.Sha256;
import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** SHA-256 of a model with its weights. */
public final class ModelHash {
    private ModelHash() {}

    /**
     * Of the bytes of a model's file, and for each file of external data that its tensors name, in the order of their names, the length as eight
     * bytes and the bytes.
     *
     * @throws ModelException if a file is missing or cannot be read, or the model is broken
     */
    public static String of(Path file) {
        ModelException.requireFile(file, "an ONNX model");
        Sha256 hash = new Sha256();
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (in.size() > Integer.MAX_VALUE) {
                throw new ModelException(
                        file + ": expected an ONNX model of less than 2 GiB beside its external data, found "
                                + in.size() + " bytes.");
            }
            ByteBuffer model = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size());
            hash.update(model);
            for (String location : ExternalData.locations(file.toString(), model)) {
                update(hash, file, location);
            }
        } catch (IOException e) {
            throw new ModelException(
                    file + ": expected an ONNX model, but it cannot be read (" + Found.why(e) + ").", e);
        }
        return hash.hex();
    }

    private static void update(Sha256 hash, Path model, String location) {
        try {
            Path data = model.resolveSibling(location);
            hash.update(ByteBuffer.allocate(Long.BYTES).putLong(0, Files.size(data)))
                    .update(data);
        } catch (IOException | InvalidPathException e) {
            throw new ModelException(
                    model + ": expected its external data '" + location + "' beside it, but that cannot be read (" + e
                            + ").",
                    e);
        }
    }
}
