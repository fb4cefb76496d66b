package ham.runtime.image;

import ham.runtime.ModelException;

/** Netpbm's PBM, PGM and PPM, as text (P1 to P3) or bytes (P4 to P6). Source: netpbm's documentation of the formats. */
final class PnmReader {
    private final byte[] file;
    private final String name;
    private int at = 2;

    private PnmReader(byte[] file, String name) {
        this.file = file;
        this.name = name;
    }

    /** @throws ModelException if it is broken, cut off or too large */
    static RgbImage read(byte[] file, String name) {
        return new PnmReader(file, name).read();
    }

    /** Pixels that its header says it has. */
    static long pixels(byte[] file) {
        PnmReader reader = new PnmReader(file, "");
        return (long) reader.number("a width") * reader.number("a height");
    }

    private RgbImage read() {
        int kind = file[1] - '0';
        int width = number("a width");
        int height = number("a height");
        boolean bits = kind == 1 || kind == 4;
        int most = bits ? 1 : number("a largest value");
        if (width < 1 || height < 1 || most < 1 || most > 65_535) {
            throw broken("a size of " + width + "x" + height + " and values up to " + most);
        }
        ImageDecoder.requireSize(name, width, height);
        if (kind >= 4) {
            at++; // one white space before the bytes
        }
        int channels = kind == 3 || kind == 6 ? 3 : 1;
        int count = Math.multiplyExact(channels * width, height);
        if (file.length - at < leastBytes(kind, width, count, most)) {
            throw broken("too few bytes");
        }
        byte[] samples = new byte[count];
        for (int i = 0; i < samples.length; i++) {
            int value =
                    switch (kind) {
                        case 1 -> 1 - bit();
                        case 4 -> 1 - packed(i, width);
                        case 5, 6 -> bytes(most);
                        default -> number("a value");
                    };
            if (value > most) {
                throw broken("a value of " + value + " above " + most);
            }
            samples[i] = (byte) Math.rint(value * 255.0 / most);
        }
        return channels == 3 ? new RgbImage(width, height, samples) : RgbImage.ofGray(width, height, samples);
    }

    /** What so many samples take; as text at least a digit each. */
    private static long leastBytes(int kind, int width, int count, int most) {
        return switch (kind) {
            case 4 -> (long) count / width * ((width + 7) / 8);
            case 5, 6 -> most < 256 ? count : 2L * count;
            default -> count;
        };
    }

    private int bytes(int most) {
        return most < 256 ? next() : 256 * next() + next();
    }

    /** Rows begin at whole bytes, the first column in the highest bit. */
    private int packed(int sample, int width) {
        int column = sample % width;
        int row = sample / width;
        return file[at + row * ((width + 7) / 8) + column / 8] >> (7 - column % 8) & 1;
    }

    private int next() {
        if (at >= file.length) {
            throw broken("too few bytes");
        }
        return file[at++] & 0xff;
    }

    private int bit() {
        skipSpace();
        int bit = next() - '0';
        if (bit != 0 && bit != 1) {
            throw broken("a sample that is not 0 or 1");
        }
        return bit;
    }

    private int number(String what) {
        skipSpace();
        int number = 0;
        int begin = at;
        while (at < file.length && file[at] >= '0' && file[at] <= '9' && number < 100_000_000) {
            number = 10 * number + file[at++] - '0';
        }
        if (at == begin) {
            throw broken("no number where " + what + " should be");
        }
        return number;
    }

    private void skipSpace() {
        while (at < file.length && (Character.isWhitespace(file[at]) || file[at] == '#')) {
            if (file[at] == '#') {
                while (at < file.length && file[at] != '\n' && file[at] != '\r') {
                    at++;
                }
            } else {
                at++;
            }
        }
    }

    private ModelException broken(String found) {
        return new ModelException(
                name + ": expected a whole PPM image, found a damaged or truncated one (" + found + ").");
    }
}
