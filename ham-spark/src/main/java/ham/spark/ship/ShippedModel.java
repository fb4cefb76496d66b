package ham.spark.ship;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/**
 * A model that all executors can fetch.
 *
 * @param sha256 of the model with its external data ({@link ham.runtime.onnx.ModelHash})
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
     * @param location its name beside the model, as the model knows it
     * @param pieces its bytes, one piece after the other
     */
    public record ShippedFile(String location, List<Broadcast<byte[]>> pieces) implements Serializable {
        public ShippedFile {
            pieces = List.copyOf(pieces);
        }
    }
}
