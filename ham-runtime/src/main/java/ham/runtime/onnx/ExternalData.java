package ham.runtime.onnx;

import ham.runtime.ModelException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The files beside an ONNX model in which tensors of it lie. Reads protobuf's wire format and of onnx.proto no more than the fields on the way to
 * {@code TensorProto.external_data}, in graphs, nodes and functions.
 */
final class ExternalData {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

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
     * The locations, each once, in the order of their names.
     *
     * @param name what error messages call the model
     * @param model the whole file, from position to limit, which stay as they are
     * @throws ModelException if the bytes are not protobuf
     */
    static SortedSet<String> locations(String name, ByteBuffer model) {
        ExternalData found = new ExternalData();
        try {
            found.read(Message.MODEL, model.duplicate());
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new ModelException(name + ": expected an ONNX model, found that it is broken or cut off.", e);
        }
        return found.locations;
    }

    private void read(Message message, ByteBuffer bytes) {
        String key = "";
        String value = "";
        while (bytes.hasRemaining()) {
            long tag = varint(bytes);
            int field = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case VARINT -> varint(bytes);
                case FIXED64 -> skip(bytes, Long.BYTES);
                case FIXED32 -> skip(bytes, Integer.BYTES);
                case BYTES -> {
                    ByteBuffer part = part(bytes);
                    Message next = FIELDS.get(message).get(field);
                    if (next != null) {
                        read(next, part);
                    } else if (message == Message.ENTRY && field == 1) {
                        key = text(part);
                    } else if (message == Message.ENTRY && field == 2) {
                        value = text(part);
                    }
                }
                default -> throw new IllegalArgumentException("wire type of tag " + tag);
            }
        }
        if (key.equals("location")) {
            locations.add(value);
        }
    }

    private static ByteBuffer part(ByteBuffer bytes) {
        long length = varint(bytes);
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = bytes.slice(bytes.position(), (int) length);
        skip(bytes, (int) length);
        return part;
    }

    private static void skip(ByteBuffer bytes, int count) {
        bytes.position(bytes.position() + count);
    }

    private static long varint(ByteBuffer bytes) {
        long number = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            byte next = bytes.get();
            number |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
