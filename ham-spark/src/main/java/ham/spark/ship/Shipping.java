package ham.spark.ship;

import ham.runtime.ModelException;
import ham.runtime.hash.ExternalData;
import ham.runtime.hash.Sha256;
import ham.spark.ship.ShippedModel.ShippedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.util.Utils;

/**
 * Gives models to the executors of an application as files that each of them fetches once. A file is known by the hash of its model, so that models
 * of the same name do not meet.
 */
public final class Shipping {
    /** What was given to an application already, by its number and the model's hash. */
    private static final Map<String, ShippedModel> SHIPPED = new ConcurrentHashMap<>();

    private Shipping() {}

    /**
     * Gives a model to an application, unless it has it.
     *
     * @throws ModelException when a file of it is missing or broken
     */
    public static ShippedModel ship(Path model, SparkContext context) {
        String hash = Sha256.ofModel(model);
        return SHIPPED.computeIfAbsent(context.applicationId() + " " + hash, key -> add(model, hash, context));
    }

    private static ShippedModel add(Path model, String hash, SparkContext context) {
        try {
            // Spark removes it at the end of the driver.
            Path folder = Utils.createTempDir(System.getProperty("java.io.tmpdir"), "ham-ship").toPath();
            List<ShippedFile> files = new ArrayList<>();
            files.add(new ShippedFile("ham-" + hash + ".onnx", model.getFileName().toString()));
            for (String location : ExternalData.locations(model)) {
                files.add(new ShippedFile("ham-" + hash + "-" + files.size() + ".data", location));
            }
            for (ShippedFile each : files) {
                Path staged = folder.resolve(each.shipped());
                Links.link(staged, model.resolveSibling(each.location()));
                context.addFile(staged.toUri().toString());
            }
            return new ShippedModel(hash, model.toString(), files);
        } catch (IOException e) {
            throw new ModelException(model + ": expected a model to give to the executors, but that fails (" + e + ").", e);
        }
    }
}
