package ham.export.bake.read;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import ham.merge.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;

/**
 * Walks over the fields of one protobuf message in a file without reading what they hold.
 *
 * <p>A message within it is walked before its own walk goes on. Source: the protobuf encoding, wire types 0 (varint), 1 (8 bytes),
 * 2 (length-delimited) and 5 (4 bytes).
 */
public final class MessageWalk {

    static final int VARINT = 0;
    private static final int FIXED64 = 1;
    static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** Text that is read into memory at once; names are far shorter. */
    private static final int LONGEST_TEXT = 1 << 26;

    /** Messages within messages that a model can need; more is an attack or damage. */
    private static final int DEEPEST = 100;

    private final ByteFile file;
    private final CodedInputStream input;
    private final long origin;
    private final long end;
    private final int depth;
    private int number;
    private int type;
    private long start;
    private long payload;
    private long fieldEnd;
    private long value;

    private MessageWalk(ByteFile file, CodedInputStream input, long origin, Range range, int depth) {
        this.file = file;
        this.input = input;
        this.origin = origin;
        this.start = range.start();
        this.payload = range.start();
        this.fieldEnd = range.start();
        this.end = range.end();
        this.depth = depth;
    }

    /**
     * A message that takes a part of a file.
     *
     * @throws InputException if it is larger than protobuf allows, 2 GB
     */
    public static MessageWalk of(ByteFile file, Range range) {
        if (range.length() > Integer.MAX_VALUE) {
            throw new InputException(
                    file.path(),
                    "expected an ONNX model below 2 GB, found " + range.length()
                            + " bytes; store large tensors as external data");
        }
        CodedInputStream input = CodedInputStream.newInstance(file.stream(range), ByteFile.WINDOW);
        return new MessageWalk(file, input, range.start(), range, 0);
    }

    /**
     * Moves to the next field.
     *
     * @return whether there is one
     * @throws InputException if the bytes are no protobuf message
     */
    public boolean next() {
        try {
            toEndOfField();
            if (fieldEnd == end) {
                return false;
            }
            start = fieldEnd;
            int tag = input.readUInt32();
            number = tag >>> 3;
            type = tag & 7;
            if (number == 0) {
                throw damaged("no field begins at byte " + start);
            }
            payload = position();
            switch (type) {
                case VARINT -> value = input.readUInt64();
                case FIXED64 -> skip(Long.BYTES);
                case FIXED32 -> skip(Integer.BYTES);
                case BYTES -> {
                    long length = input.readUInt64();
                    payload = position();
                    skip(length);
                }
                default -> throw damaged("the wire type " + type + " at byte " + start + " is not used by ONNX");
            }
            if (type == VARINT) {
                fieldEnd = position();
            }
            if (payload > end || fieldEnd > end) {
                throw damaged("a message ends within the field at byte " + start);
            }
            return true;
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private void toEndOfField() throws IOException {
        long rest = fieldEnd - position();
        if (rest > 0) {
            input.skipRawBytes((int) rest);
        }
    }

    private void skip(long length) {
        if (length < 0 || length > end - payload) {
            throw damaged("the field " + number + " at byte " + start + " claims " + Long.toUnsignedString(length)
                    + " bytes where " + (end - payload) + " are left");
        }
        fieldEnd = payload + length;
    }

    private long position() {
        return origin + input.getTotalBytesRead();
    }

    private InputException damaged(IOException e) {
        if (e instanceof InvalidProtocolBufferException) {
            return damaged("at byte " + position() + ": " + e.getMessage());
        }
        return InputException.unreadable(file.path(), e);
    }

    private InputException damaged(String found) {
        return new InputException(
                file.path(), "expected an ONNX model, found a truncated file or another format: " + found);
    }

    /** Number of the field. */
    public int number() {
        return number;
    }

    /** Its wire type. */
    int type() {
        return type;
    }

    /** Tag, length and content. */
    public Range field() {
        return new Range(start, fieldEnd);
    }

    /** The content alone. */
    public Range payload() {
        return new Range(payload, fieldEnd);
    }

    /** Value of a field that must be a varint. */
    public long integer() {
        require(VARINT);
        return value;
    }

    /** Content of a field that must be text. */
    public String text() {
        return new String(content(), StandardCharsets.UTF_8);
    }

    /** Content of a field that must be length-delimited; it can be read once. */
    byte[] content() {
        require(BYTES);
        if (fieldEnd - payload > LONGEST_TEXT) {
            throw damaged("a text of " + (fieldEnd - payload) + " bytes");
        }
        try {
            return input.readRawBytes((int) (fieldEnd - payload));
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    /** The fields of a field that must be a message; it can be walked once, before the next field. */
    public MessageWalk message() {
        require(BYTES);
        if (depth == DEEPEST) {
            throw damaged("messages nested more than " + DEEPEST + " deep");
        }
        return new MessageWalk(file, input, origin, payload(), depth + 1);
    }

    /** The numbers of a repeated integer field, packed or not. */
    long[] integers() {
        if (type == VARINT) {
            return new long[] {value};
        }
        require(BYTES);
        try {
            LongStream.Builder values = LongStream.builder();
            int limit = input.pushLimit((int) (fieldEnd - payload));
            while (input.getBytesUntilLimit() > 0) {
                values.add(input.readUInt64());
            }
            input.popLimit(limit);
            return values.build().toArray();
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private void require(int expected) {
        if (type != expected) {
            throw damaged("the field " + number + " at byte " + start + " has the wire type " + type + " where "
                    + expected + " is expected");
        }
    }

    /** A length-delimited field as it stands in a file. */
    public static byte[] field(int number, byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length + 12);
        bytes.writeBytes(prefix(number, content.length));
        bytes.writeBytes(content);
        return bytes.toByteArray();
    }

    /** Tag and length of a length-delimited field. */
    public static byte[] prefix(int number, long length) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(12);
        try {
            CodedOutputStream output = CodedOutputStream.newInstance(bytes);
            output.writeTag(number, BYTES);
            output.writeUInt64NoTag(length);
            output.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer in memory", e);
        }
        return bytes.toByteArray();
    }
}
