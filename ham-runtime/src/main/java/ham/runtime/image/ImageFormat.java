package ham.runtime.image;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** The image formats that are read, recognised by their first bytes and never by a file's name. */
enum ImageFormat {
    PNG("89504e470d0a1a0a"),
    JPEG("ffd8ff"),
    GIF("47494638"),
    BMP("424d");

    private final String signature;

    ImageFormat(String signature) {
        this.signature = signature;
    }

    static Optional<ImageFormat> of(byte[] file) {
        String begin = HexFormat.of().formatHex(file, 0, Math.min(8, file.length));
        return Arrays.stream(values())
                .filter(format -> begin.startsWith(format.signature))
                .findFirst();
    }
}
