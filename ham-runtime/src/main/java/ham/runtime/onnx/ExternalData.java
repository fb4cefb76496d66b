package ham.runtime.onnx;

import ham.common.Found;
import ham.runtime.ModelException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The files beside an ONNX model in which tensors of it lie. Reads protobuf's wire format and of onnx.proto no more than the fields on the way to
 * {@code TensorProto.external_data}, in graphs, nodes and functions.
 */
public final class ExternalData {
    /** Messages of onnx.proto that hold tensors. */
    private enum Message {
        MODEL,
        TRAINING,
        GRAPH,
        FUNCTION,
        NODE,
        ATTRIBUTE,
        SPARSE_TENSOR,
        TENSOR,
        ENTRY
    }

    /** What a field's number leads to, of those that matter. */
    private static final Map<Message, Map<Integer, Message>> FIELDS = Map.of(
            Message.MODEL, Map.of(7, Message.GRAPH, 20, Message.TRAINING, 25, Message.FUNCTION),
            Message.TRAINING, Map.of(1, Message.GRAPH, 2, Message.GRAPH),
            Message.GRAPH, Map.of(1, Message.NODE, 5, Message.TENSOR, 15, Message.SPARSE_TENSOR),
            Message.FUNCTION, Map.of(7, Message.NODE, 11, Message.ATTRIBUTE),
            Message.NODE, Map.of(5, Message.ATTRIBUTE),
            Message.ATTRIBUTE,
                    Map.of(
                            5, Message.TENSOR,
                            6, Message.GRAPH,
                            10, Message.TENSOR,
                            11, Message.GRAPH,
                            22, Message.SPARSE_TENSOR,
                            23, Message.SPARSE_TENSOR),
            Message.SPARSE_TENSOR, Map.of(1, Message.TENSOR, 2, Message.TENSOR),
            Message.TENSOR, Map.of(13, Message.ENTRY),
            Message.ENTRY, Map.of());

    private final SortedSet<String> locations = new TreeSet<>();

    private ExternalData() {}

    /**
     * The locations that a model file names, relative to its folder, each once, in the order of their names; none where all weights lie in it.
     *
     * @throws ModelException if it cannot be read, is no ONNX model or is larger than 2 GiB
     */
    public static SortedSet<String> locations(Path file) {
        ModelException.requireFile(file, "an ONNX model");
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            if (in.size() > Integer.MAX_VALUE) {
                throw new ModelException(
                        file + ": expected an ONNX model of less than 2 GiB beside its external data, found "
                                + in.size() + " bytes.");
            }
            return locations(file.toString(), in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()));
        } catch (IOException e) {
            throw new ModelException(
                    file + ": expected an ONNX model, but it cannot be read (" + Found.why(e) + ").", e);
        }
    }

    /**
     * The locations, each once, in the order of their names.
     *
     * @param name what error messages call the model
     * @param model the whole file, from position to limit, which stay as they are
     * @throws ModelException if the bytes are not protobuf
     */
    static SortedSet<String> locations(String name, ByteBuffer model) {
        ExternalData found = new ExternalData();
        try {
            found.read(Message.MODEL, model);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new ModelException(name + ": expected an ONNX model, found that it is broken or cut off.", e);
        }
        return found.locations;
    }

    private void read(Message message, ByteBuffer bytes) {
        String key = "";
        String value = "";
        Wire fields = new Wire(bytes);
        while (fields.next()) {
            Message next = FIELDS.get(message).get(fields.field());
            if (next != null) {
                read(next, fields.bytes());
            } else if (message == Message.ENTRY && fields.field() == 1) {
                key = fields.text();
            } else if (message == Message.ENTRY && fields.field() == 2) {
                value = fields.text();
            }
        }
        if (key.equals("location")) {
            locations.add(value);
        }
    }
}
