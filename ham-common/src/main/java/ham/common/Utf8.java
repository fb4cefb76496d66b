package ham.common;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text that people and other programs write: UTF-8, with or without a byte-order mark, which is left out. */
public final class Utf8 {
    private static final String MARK = "\ufeff";

    private Utf8() {}

    /** Bytes in another encoding. */
    public static final class OtherEncoding extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean utf16;

        private OtherEncoding(boolean utf16) {
            super(utf16 ? "UTF-16" : "neither UTF-8 nor UTF-16");
            this.utf16 = utf16;
        }

        /** Whether it is UTF-16; else it is one of eight bits, mostly Latin-1. */
        public boolean isUtf16() {
            return utf16;
        }
    }

    /**
     * Decodes.
     *
     * @throws OtherEncoding when the bytes are none
     */
    public static String decode(byte[] bytes) throws OtherEncoding {
        if (bytes.length >= 2 && (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff) || hasZeros(bytes))) {
            throw new OtherEncoding(true);
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            OtherEncoding other = new OtherEncoding(false);
            other.initCause(e);
            throw other;
        }
    }

    private static boolean startsWith(byte[] bytes, int first, int second) {
        return (bytes[0] & 0xff) == first && (bytes[1] & 0xff) == second;
    }

    /** Latin letters in UTF-16 without a mark. */
    private static boolean hasZeros(byte[] bytes) {
        return (bytes[0] == 0) != (bytes[1] == 0);
    }
}
