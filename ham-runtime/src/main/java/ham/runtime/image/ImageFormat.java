package ham.runtime.image;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** The image formats that are known, recognised by their first bytes and never by a file's name. */
enum ImageFormat {
    PNG("89504e470d0a1a0a"),
    JPEG("ffd8ff"),
    GIF("47494638"),
    BMP("424d"),
    TIFF("49492a00|4d4d002a"),
    PNM("503120|503220|503320|503420|503520|503620"),
    WEBP("52494646........57454250"),
    AVIF("........6674797061766966|........6674797061766973"),
    HEIC("........66747970686569|........66747970686576|........667479706d696631|........667479706d736631"),
    JPEG_XL("ff0a|0000000c4a584c20"),
    JPEG_2000("0000000c6a502020|ff4fff51"),
    BIG_TIFF("49492b00|4d4d002b"),
    SVG("3c737667|3c3f786d6c"),
    PDF("25504446"),
    ICO("00000100");

    /** Those that are read everywhere, for messages. */
    static final String READ = "PNG, JPEG, GIF, BMP, TIFF or PPM";

    private static final int LONGEST = 12;

    private final String signatures;

    /** In hexadecimal digits, with a dot for any digit and a bar between them. */
    ImageFormat(String signatures) {
        this.signatures = signatures;
    }

    static Optional<ImageFormat> of(byte[] file) {
        byte[] begin = Arrays.copyOf(file, Math.min(LONGEST, file.length));
        if (begin.length > 2 && begin[0] == 'P' && Character.isWhitespace(begin[2])) {
            begin[2] = ' ';
        }
        String digits = HexFormat.of().formatHex(begin);
        for (ImageFormat format : values()) {
            for (String signature : format.signatures.split("\\|", -1)) {
                if (matches(digits, signature)) {
                    return Optional.of(format);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean matches(String digits, String signature) {
        if (digits.length() < signature.length()) {
            return false;
        }
        for (int i = 0; i < signature.length(); i++) {
            if (signature.charAt(i) != '.' && signature.charAt(i) != digits.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** As people call it. */
    String label() {
        return switch (this) {
            case WEBP -> "WebP";
            case PNM -> "PPM";
            default -> name().replace('_', ' ');
        };
    }
}
