package ham.export.bake;

import ham.merge.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;

/**
 * Walks over the fields of one protobuf message in a file without reading what they hold.
 *
 * <p>Source: the protobuf encoding, wire types 0 (varint), 1 (8 bytes), 2 (length-delimited) and 5 (4 bytes).
 */
final class Wire {

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    /** Text that is read into memory at once; names are far shorter. */
    private static final int LONGEST_TEXT = 1 << 26;

    /** Messages within messages that a model can need; more is an attack or damage. */
    private static final int DEEPEST = 100;

    private final ByteFile file;
    private final long end;
    private final int depth;
    private long position;
    private int number;
    private int type;
    private long start;
    private long payload;
    private long value;

    private Wire(ByteFile file, Range range, int depth) {
        this.file = file;
        this.position = range.start();
        this.end = range.end();
        this.depth = depth;
    }

    /** A message that takes a part of a file. */
    static Wire of(ByteFile file, Range range) {
        return new Wire(file, range, 0);
    }

    /**
     * Moves to the next field.
     *
     * @return whether there is one
     * @throws InputException if the bytes are no protobuf message
     */
    boolean next() {
        if (position == end) {
            return false;
        }
        start = position;
        long tag = varint();
        number = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (tag >>> 32 != 0 || number == 0) {
            throw damaged("no field begins at byte " + start);
        }
        switch (type) {
            case VARINT -> {
                payload = position;
                value = varint();
            }
            case FIXED64 -> skip(Long.BYTES);
            case FIXED32 -> skip(Integer.BYTES);
            case BYTES -> skip(varint());
            default -> throw damaged("the wire type " + type + " at byte " + start + " is not used by ONNX");
        }
        return true;
    }

    private void skip(long length) {
        if (length < 0 || length > end - position) {
            throw damaged("the field " + number + " at byte " + start + " claims " + Long.toUnsignedString(length)
                    + " bytes where " + (end - position) + " are left");
        }
        payload = position;
        position += length;
    }

    private long varint() {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position == end) {
                throw damaged("a message ends within a number at byte " + position);
            }
            byte next = file.at(position++);
            result |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return result;
            }
        }
        throw damaged("a number of more than 64 bits stands before byte " + position);
    }

    private InputException damaged(String found) {
        return new InputException(
                file.path(), "expected an ONNX model, found a truncated file or another format: " + found);
    }

    /** Number of the field. */
    int number() {
        return number;
    }

    /** Its wire type. */
    int type() {
        return type;
    }

    /** Tag, length and content. */
    Range field() {
        return new Range(start, position);
    }

    /** The content alone. */
    Range payload() {
        return new Range(payload, position);
    }

    /** Value of a field that must be a varint. */
    long integer() {
        require(VARINT);
        return value;
    }

    /** Content of a field that must be text. */
    String text() {
        require(BYTES);
        return new String(content(), StandardCharsets.UTF_8);
    }

    /** Content of a field that must be length-delimited. */
    byte[] content() {
        require(BYTES);
        if (position - payload > LONGEST_TEXT) {
            throw damaged("a text of " + (position - payload) + " bytes");
        }
        return file.bytes(payload, (int) (position - payload));
    }

    /** The fields of a field that must be a message. */
    Wire message() {
        require(BYTES);
        if (depth == DEEPEST) {
            throw damaged("messages nested more than " + DEEPEST + " deep");
        }
        return new Wire(file, payload(), depth + 1);
    }

    /** The numbers of a repeated integer field, packed or not. */
    long[] integers() {
        if (type == VARINT) {
            return new long[] {value};
        }
        require(BYTES);
        Wire packed = new Wire(file, payload(), depth);
        LongStream.Builder values = LongStream.builder();
        while (packed.position < packed.end) {
            values.add(packed.varint());
        }
        return values.build().toArray();
    }

    private void require(int expected) {
        if (type != expected) {
            throw damaged("the field " + number + " at byte " + start + " has the wire type " + type + " where "
                    + expected + " is expected");
        }
    }

    /** A length-delimited field as it stands in a file. */
    static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length + 12);
        bytes.writeBytes(prefix(number, content.length));
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    /** Tag and length of a length-delimited field. */
    static byte[] prefix(int number, long length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(12);
        varint(bytes, ((long) number << 3) | BYTES);
        varint(bytes, length);
        return bytes.toByteArray();
    }

    private static void varint(ByteArrayOutputStream bytes, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }
}
