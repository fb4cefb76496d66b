package ham.runtime.image;

import java.util.Arrays;
import java.util.Optional;

/**
 * Interpolation filters, with the numbers that Pillow and the {@code resample} key of a Hugging Face
 * {@code preprocessor_config.json} give them.
 */
public enum Resample {
    /** The nearest source pixel. */
    NEAREST(0, 0),
    /** Windowed sinc over three source pixels to each side. */
    LANCZOS(1, 3),
    /** Triangle over one source pixel to each side. */
    BILINEAR(2, 1),
    /** Keys' cubic with a = -0.5 over two source pixels to each side. */
    BICUBIC(3, 2),
    /** Mean of the source pixels that a target pixel covers. */
    BOX(4, 0.5),
    /** Hamming-windowed sinc over one source pixel to each side. */
    HAMMING(5, 1);

    private static final double CUBIC_A = -0.5;

    private final int number;
    private final double support;

    Resample(int number, double support) {
        this.number = number;
        this.support = support;
    }

    /** The filter with Pillow's number, if there is one. */
    public static Optional<Resample> ofNumber(int number) {
        return Arrays.stream(values()).filter(filter -> filter.number == number).findFirst();
    }

    /** Pillow's number of this filter. */
    public int number() {
        return number;
    }

    /** Half the width of the filter, in source pixels at scale 1. */
    double support() {
        return support;
    }

    /** The filter's value at distance {@code x} (source pixels at scale 1) from its centre. */
    double weight(double x) {
        double distance = Math.abs(x);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("nearest has no weights");
            case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
            case BILINEAR -> distance < 1 ? 1 - distance : 0;
            case HAMMING -> hamming(distance);
            case BICUBIC -> cubic(distance);
            case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        };
    }

    /** The window's constants are single precision in Pillow, which shows in the last bit of a few pixels. */
    private static double hamming(double x) {
        if (x == 0) {
            return 1;
        }
        return x < 1 ? sinc(x) * (0.54f + 0.46f * Math.cos(Math.PI * x)) : 0;
    }

    private static double cubic(double x) {
        if (x < 1) {
            return ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC_A : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
