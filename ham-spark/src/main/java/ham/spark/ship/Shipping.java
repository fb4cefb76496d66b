package ham.spark.ship;

import ham.runtime.ModelException;
import ham.runtime.onnx.ExternalData;
import ham.runtime.onnx.ModelHash;
import ham.spark.ship.ShippedModel.ShippedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Gives models to the executors of an application by Spark's broadcast, in which executors fetch from each other what some of them have already.
 * Pieces keep the memory small that a file takes on its way.
 */
public final class Shipping {
    private static final int PIECE = 32 << 20;

    /** What was given to an application already, by its number and the model's hash. */
    private static final Map<String, ShippedModel> SHIPPED = new ConcurrentHashMap<>();

    private Shipping() {}

    /**
     * Gives a model to an application, unless it has it.
     *
     * @throws ModelException when a file of it is missing or broken
     */
    public static ShippedModel ship(Path model, SparkContext context) {
        String hash = ModelHash.of(model);
        return SHIPPED.computeIfAbsent(
                context.applicationId() + " " + hash, key -> broadcast(model, hash, new JavaSparkContext(context)));
    }

    private static ShippedModel broadcast(Path model, String hash, JavaSparkContext context) {
        try {
            List<ShippedFile> files = new ArrayList<>();
            files.add(file(model.getFileName().toString(), model, context));
            for (String location : ExternalData.locations(model)) {
                files.add(file(location, model.resolveSibling(location), context));
            }
            return new ShippedModel(hash, model.toString(), files);
        } catch (IOException e) {
            throw new ModelException(
                    model + ": expected a model to give to the executors, but it cannot be read (" + e + ").", e);
        }
    }

    private static ShippedFile file(String location, Path file, JavaSparkContext context) throws IOException {
        List<Broadcast<byte[]>> pieces = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
                pieces.add(context.broadcast(piece));
            }
        }
        return new ShippedFile(location, pieces);
    }
}
