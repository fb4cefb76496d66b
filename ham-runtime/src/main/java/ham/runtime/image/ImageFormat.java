package ham.runtime.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** The image formats that are known, recognised by their first bytes and never by a file's name. */
enum ImageFormat {
    PNG("\\x89PNG\\r\\n\\x1a\\n"),
    JPEG("\\xff\\xd8\\xff"),
    GIF("GIF8"),
    BMP("BM"),
    TIFF("II\\*\\x00|MM\\x00\\*"),
    PNM("P[1-6]\\s"),
    WEBP("RIFF....WEBP"),
    AVIF("....ftypavi[fs]"),
    HEIC("....ftyp(heic|heix|hevc|mif1|msf1)"),
    JPEG_XL("\\xff\\x0a|\\x00\\x00\\x00\\x0cJXL "),
    JPEG_2000("\\x00\\x00\\x00\\x0cjP  |\\xff\\x4f\\xff\\x51"),
    BIG_TIFF("II\\+\\x00|MM\\x00\\+"),
    SVG("(\\xef\\xbb\\xbf)?\\s*<(svg|\\?xml)"),
    PDF("%PDF"),
    ICO("\\x00\\x00\\x01\\x00");

    /** Those that are read everywhere, for messages. */
    static final String READ = "PNG, JPEG, GIF, BMP, TIFF or PPM";

    private static final int LONGEST = 16;

    private final Pattern signature;

    ImageFormat(String signature) {
        this.signature = Pattern.compile(signature, Pattern.DOTALL);
    }

    static Optional<ImageFormat> of(byte[] file) {
        String begin = new String(file, 0, Math.min(LONGEST, file.length), StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(format -> format.signature.matcher(begin).lookingAt())
                .findFirst();
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
