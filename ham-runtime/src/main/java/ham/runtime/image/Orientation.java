package ham.runtime.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * How a camera was held, as files tell it: 1 upright, 2 mirrored, 3 turned by 180 degrees, 4 mirrored upside down, 5 to 8 the same turned by 90
 * degrees. Source: EXIF 2.32, tag 0x0112. XMP counts where EXIF says nothing, as in Pillow.
 */
final class Orientation {
    private static final int TAG = 0x0112;
    private static final int ENTRY = 12;
    private static final String XMP = "tiff:Orientation";

    private Orientation() {}

    /** Of a file; 1 where it tells none. */
    static int of(ImageFormat format, byte[] file) {
        int found =
                switch (format) {
                    case JPEG -> JpegHeader.of(file).orientation();
                    case PNG -> ofPng(file);
                    case WEBP -> ofRiff(file);
                    case TIFF -> ofExif(file, 0, file.length);
                    default -> 1;
                };
        return found == 0 ? 1 : found;
    }

    /** Of a block that begins with a TIFF header; 0 where it tells none, or is broken. */
    static int ofExif(byte[] file, int from, int to) {
        if (to - from < 8 || (file[from] != 'I' && file[from] != 'M') || file[from] != file[from + 1]) {
            return 0;
        }
        ByteBuffer exif = ByteBuffer.wrap(file, from, to - from)
                .slice()
                .order(file[from] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = exif.getInt(4);
        if (directory < 8 || directory > exif.limit() - 2) {
            return 0;
        }
        int entries = exif.getShort(directory) & 0xffff;
        for (int i = 0; i < entries && directory + 2 + ENTRY * (i + 1) <= exif.limit(); i++) {
            int at = directory + 2 + ENTRY * i;
            if ((exif.getShort(at) & 0xffff) == TAG) {
                int value =
                        switch (exif.getShort(at + 2)) {
                            case 1 -> exif.get(at + 8) & 0xff;
                            case 3 -> exif.getShort(at + 8) & 0xffff;
                            case 4 -> exif.getInt(at + 8);
                            default -> 0;
                        };
                return value >= 1 && value <= 8 ? value : 0;
            }
        }
        return 0;
    }

    /** Of a block of XMP: the tag as an attribute or as an element. */
    static int ofXmp(byte[] file, int from, int to) {
        String text = new String(file, from, to - from, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(XMP);
        while (at >= 0) {
            String rest = text.substring(at + XMP.length(), Math.min(text.length(), at + XMP.length() + 3));
            int digit = rest.startsWith("=\"") ? 2 : rest.startsWith(">") ? 1 : rest.length();
            if (digit < rest.length() && rest.charAt(digit) >= '1' && rest.charAt(digit) <= '8') {
                return rest.charAt(digit) - '0';
            }
            at = text.indexOf(XMP, at + 1);
        }
        return 0;
    }

    private static int ofPng(byte[] file) {
        ByteBuffer png = ByteBuffer.wrap(file);
        int xmp = 0;
        int at = 8;
        while (at + 12L <= file.length) {
            int length = png.getInt(at);
            int type = png.getInt(at + 4);
            if (length < 0 || at + 12L + length > file.length) {
                break;
            }
            if (type == tag("eXIf")) {
                int exif = ofExif(file, at + 8, at + 8 + length);
                if (exif != 0) {
                    return exif;
                }
            } else if (type == tag("iTXt") && xmp == 0) {
                xmp = ofXmp(file, at + 8, at + 8 + length);
            }
            at += 12 + length;
        }
        return xmp;
    }

    private static int ofRiff(byte[] file) {
        ByteBuffer riff = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int at = 12;
        while (at + 8L <= file.length) {
            int length = riff.getInt(at + 4);
            if (length < 0 || at + 8L + length > file.length) {
                break;
            }
            if (Integer.reverseBytes(riff.getInt(at)) == tag("EXIF")) {
                int begin = at + 8;
                boolean named = length > 6 && file[begin] == 'E' && file[begin + 4] == 0;
                return ofExif(file, begin + (named ? 6 : 0), begin + length);
            }
            at += 8 + length + (length & 1);
        }
        return 0;
    }

    private static int tag(String name) {
        return ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII)).getInt();
    }
}
