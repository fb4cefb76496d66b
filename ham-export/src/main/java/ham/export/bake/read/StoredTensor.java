package ham.export.bake.read;

import ham.merge.InputException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * Where a constant of a model stands in its file.
 *
 * @param name under which nodes read it
 * @param dataType ONNX's number of the element type
 * @param dims its dimensions
 * @param start position of the first byte of its values
 * @param end position behind the last
 */
public record StoredTensor(String name, int dataType, List<Long> dims, long start, long end) {
    /**
     * The constants of a model whose values stand in one piece, in the order of the file.
     *
     * @throws InputException if the file is no whole model, or has external data
     */
    public static List<StoredTensor> of(Path model) {
        try (ByteFile file = ByteFile.open(model, "an ONNX model");
                ExternalFiles externalFiles = new ExternalFiles(model)) {
            ModelIndex index = ModelReader.read(file, externalFiles);
            if (!index.externals().isEmpty()) {
                throw new InputException(
                        model, "expected a model in one file, found external data, which a patch does not cover");
            }
            return index.tensors().stream()
                    .filter(tensor -> tensor.values().isPresent())
                    .map(tensor -> new StoredTensor(
                            tensor.name(),
                            tensor.dataType(),
                            tensor.dims(),
                            tensor.values().get().start(),
                            tensor.values().get().end()))
                    .sorted(Comparator.comparingLong(StoredTensor::start))
                    .toList();
        }
    }
}
