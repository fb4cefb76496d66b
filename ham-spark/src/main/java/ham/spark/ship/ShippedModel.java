package ham.spark.ship;

import java.io.Serializable;
import java.util.List;

/**
 * A model that all executors can fetch.
 *
 * @param sha256 of the model with its external data ({@link ham.runtime.hash.Sha256#ofModel})
 * @param name what error messages call it
 * @param files the model first, then the files of its external data
 */
public record ShippedModel(String sha256, String name, List<ShippedFile> files) implements Serializable {
    public ShippedModel {
        files = List.copyOf(files);
    }

    /**
     * One file.
     *
     * @param shipped its name among the files of the Spark application, which no other file has
     * @param location its name beside the model, as the model knows it
     */
    public record ShippedFile(String shipped, String location) implements Serializable {}
}
