package ham.export.bake.read;

import ham.merge.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what a tensor is and where its values stand; external ones are found in their file. */
final class TensorReader {

    private static final int DATA_LOCATION_EXTERNAL = 1;

    private final ByteFile file;
    private final ExternalFiles externalFiles;
    private final List<ModelIndex.External> externals;

    /**
     * Reads tensors of a model.
     *
     * @param externals gets every tensor that is external
     */
    TensorReader(ByteFile file, ExternalFiles externalFiles, List<ModelIndex.External> externals) {
        this.file = file;
        this.externalFiles = externalFiles;
        this.externals = externals;
    }

    /**
     * Reads the tensor that the current field of its parent is.
     *
     * @param constantNode index of the node that holds it; -1 for an initializer
     */
    TensorEntry read(MessageWalk parent, int constantNode) {
        List<Long> dims = new ArrayList<>();
        int dataType = 0;
        String name = "";
        Range raw = null;
        int floatLists = 0;
        Range floats = null;
        long location = 0;
        Map<String, String> external = new HashMap<>();
        MessageWalk tensor = parent.message();
        while (tensor.next()) {
            switch (tensor.number()) {
                case 1 -> {
                    for (long dim : tensor.integers()) {
                        dims.add(dim);
                    }
                }
                case 2 -> dataType = (int) tensor.integer();
                case 4 -> {
                    floats = tensor.payload();
                    floatLists++;
                }
                case 8 -> name = tensor.text();
                case 9 -> raw = bytes(tensor);
                case 13 -> ModelReader.pair(tensor.message(), external);
                case 14 -> location = tensor.integer();
                default -> {}
            }
        }
        long elements = elements(name, dims);
        Optional<Range> values = Optional.ofNullable(raw);
        ByteFile source = file;
        Optional<ElementFormat> format = ElementFormat.of(dataType);
        if (location == DATA_LOCATION_EXTERNAL) {
            ExternalFiles.Extent part = externalFiles.part(name, external);
            externals.add(new ModelIndex.External(parent.field(), constantNode, part.source(), part.values()));
            source = part.source();
            values = Optional.of(part.values());
        } else if (raw == null
                && floatLists == 1
                && format.filter(ElementFormat.FLOAT::equals).isPresent()) {
            values = Optional.of(floats); // a packed list of floats has the bytes of raw data
        }
        if (format.isPresent() && values.isPresent()) {
            requireBytes(name, dims, values.get().length(), elements, format.get());
        }
        return new TensorEntry(name, constantNode, dataType, dims, parent.field(), source, values);
    }

    private static Range bytes(MessageWalk tensor) {
        if (tensor.type() != MessageWalk.BYTES) {
            tensor.content(); // refuses
        }
        return tensor.payload();
    }

    private long elements(String name, List<Long> dims) {
        long elements = 1;
        for (long dim : dims) {
            if (dim < 0 || (dim > 0 && elements > Long.MAX_VALUE / 8 / dim)) {
                throw new InputException(
                        file.path(),
                        "tensor '" + name + "': expected dimensions that a tensor can have, found " + dims);
            }
            elements *= dim;
        }
        return elements;
    }

    private void requireBytes(String name, List<Long> dims, long found, long elements, ElementFormat format) {
        if (found != elements * format.bytes()) {
            throw new InputException(
                    file.path(),
                    "tensor '" + name + "': expected " + elements * format.bytes() + " bytes for " + format
                            + " values of shape " + dims + ", found " + found);
        }
    }
}
