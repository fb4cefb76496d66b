package ham.runtime.onnx;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The fields of a protobuf message, one after the other, in place. What is no protobuf ends in a {@link BufferUnderflowException} or an
 * {@link IllegalArgumentException}. Source: protobuf's documentation of its encoding.
 */
final class Wire {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int LONGEST_VARINT = 10;

    private final ByteBuffer message;
    private int field;
    private ByteBuffer bytes;

    /** From position to limit, which stay as they are. */
    Wire(ByteBuffer message) {
        this.message = message.duplicate();
    }

    /** Goes to the next field of bytes, past fields of numbers; false at the end. */
    boolean next() {
        while (message.hasRemaining()) {
            long tag = varint();
            switch ((int) (tag & 7)) {
                case VARINT -> varint();
                case FIXED64 -> skip(Long.BYTES);
                case FIXED32 -> skip(Integer.BYTES);
                case BYTES -> {
                    field = (int) (tag >>> 3);
                    bytes = part();
                    return true;
                }
                default -> throw new IllegalArgumentException("wire type of tag " + tag);
            }
        }
        return false;
    }

    /** Number of the field. */
    int field() {
        return field;
    }

    /** Its bytes, from position to limit. */
    ByteBuffer bytes() {
        return bytes;
    }

    /** Its bytes as a text. */
    String text() {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private ByteBuffer part() {
        long length = varint();
        if (length < 0 || length > message.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer part = message.slice(message.position(), (int) length);
        skip((int) length);
        return part;
    }

    private void skip(int count) {
        message.position(message.position() + count);
    }

    private long varint() {
        long number = 0;
        for (int i = 0; i < LONGEST_VARINT; i++) {
            byte next = message.get();
            number |= (next & 0x7fL) << (7 * i);
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number of more than 64 bits");
    }
}
