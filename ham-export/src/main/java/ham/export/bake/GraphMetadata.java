package ham.export.bake;

import ham.export.bake.read.ByteFile;
import ham.export.bake.read.ExternalFiles;
import ham.export.bake.read.ModelReader;
import java.nio.file.Path;
import java.util.SortedMap;

/** What an ONNX file says about itself, read without its tensors. */
public final class GraphMetadata {
    private GraphMetadata() {}

    /**
     * The entries of the model's metadata.
     *
     * @throws ham.merge.InputException if the file is no whole ONNX model
     */
    public static SortedMap<String, String> read(Path model) {
        try (ByteFile file = ByteFile.open(model, "an ONNX model");
                ExternalFiles externalFiles = new ExternalFiles(model)) {
            return ModelReader.read(file, externalFiles).metadata();
        }
    }
}
