package ham.serve.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import ham.runtime.tensor.ElementType;
import ham.serve.protocol.Datatype;
import ham.serve.protocol.ServeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads the elements of a tensor, flat or nested as its shape, into their little-endian bytes. */
final class JsonNumbers {
    private final String where;
    private final ElementType type;
    private final ByteBuffer bytes;

    private JsonNumbers(String where, ElementType type, ByteBuffer bytes) {
        this.where = where;
        this.type = type;
        this.bytes = bytes;
    }

    /**
     * Reads the value at which the parser stands.
     *
     * @param length of the text, which bounds how many elements it can have
     * @throws ServeException if there are not as many elements as the shape says, or one is not of the type
     */
    static ByteBuffer read(JsonParser parser, String name, String datatype, List<Long> shape, int length)
            throws IOException {
        String where = "Input " + name;
        ElementType type = Datatype.named(datatype, where).type();
        if (type == ElementType.FLOAT16 || type == ElementType.BFLOAT16) {
            throw ServeException.invalid(where + ": expected " + datatype
                    + " as binary data, because JSON has no such numbers, found JSON.");
        }
        long elements = 1;
        for (long size : shape) {
            elements = size < 0
                    ? Long.MAX_VALUE
                    : size == 0 ? 0 : elements > length ? elements : elements * Math.min(size, 1L << 31);
        }
        if (elements > length) {
            throw ServeException.invalid(where + ": expected as many elements as the shape " + shape
                    + " says, found a body of " + length + " bytes, which cannot hold them.");
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact((int) elements, type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        new JsonNumbers(where, type, bytes).array(parser);
        if (bytes.hasRemaining()) {
            throw ServeException.invalid(where + ": expected " + elements + " elements, as the shape " + shape
                    + " says, found " + bytes.position() / type.bytes() + ".");
        }
        return bytes.flip();
    }

    private void array(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw ServeException.invalid(
                    where + ": expected data to be an array, found " + parser.currentToken() + ".");
        }
        for (int depth = 1; depth > 0; ) {
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else if (bytes.remaining() < type.bytes()) {
                throw ServeException.invalid(where + ": expected " + bytes.capacity() / type.bytes()
                        + " elements, as the shape says, found more.");
            } else {
                element(parser, token);
            }
        }
    }

    private void element(JsonParser parser, JsonToken token) throws IOException {
        boolean whole = token == JsonToken.VALUE_NUMBER_INT;
        boolean number = whole || token == JsonToken.VALUE_NUMBER_FLOAT;
        switch (type) {
            case FLOAT32 -> {
                float value = number ? parser.getFloatValue() : Float.NaN;
                require(Float.isFinite(value), parser);
                bytes.putFloat(value);
            }
            case FLOAT64 -> {
                double value = number ? parser.getDoubleValue() : Double.NaN;
                require(Double.isFinite(value), parser);
                bytes.putDouble(value);
            }
            case BOOL -> {
                require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, parser);
                bytes.put((byte) (token == JsonToken.VALUE_TRUE ? 1 : 0));
            }
            default -> {
                require(whole && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER, parser);
                integer(parser);
            }
        }
    }

    private void integer(JsonParser parser) throws IOException {
        long value = parser.getLongValue();
        int bits = 8 * type.bytes();
        long least = type == ElementType.UINT8 ? 0 : -1L << (bits - 1);
        long most = type == ElementType.UINT8 ? 255 : ~least;
        require(least <= value && value <= most, parser);
        switch (type.bytes()) {
            case 1 -> bytes.put((byte) value);
            case 2 -> bytes.putShort((short) value);
            case 4 -> bytes.putInt((int) value);
            default -> bytes.putLong(value);
        }
    }

    private void require(boolean fits, JsonParser parser) throws IOException {
        if (!fits) {
            String found = parser.getText();
            throw ServeException.invalid(where + ": expected numbers of type " + Datatype.of(type) + ", found "
                    + (found == null || found.length() > 40 ? parser.currentToken() : found) + ".");
        }
    }
}
