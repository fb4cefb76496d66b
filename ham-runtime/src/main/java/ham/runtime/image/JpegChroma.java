package ham.runtime.image;

import java.awt.image.Raster;

/**
 * The rows between the rows of a component that has every other one (4:4:0), a quarter from the next row and three quarters from the own, as
 * libjpeg-turbo fills them in and so Pillow; JDKs that bring the older libjpeg repeat each row instead, which shows in colours that are off by
 * up to 76 of 255. Where the decoder has filled them in already, nothing is changed. Source: {@code h1v2_fancy_upsample} of libjpeg-turbo.
 */
final class JpegChroma {
    private final Raster raster;
    private final boolean[] repeated;

    JpegChroma(JpegHeader header, Raster raster) {
        this.raster = raster;
        this.repeated = new boolean[raster.getNumBands()];
        for (int band = 0;
                band < repeated.length && repeated.length == header.components().size();
                band++) {
            repeated[band] = header.halvesRows(band) && isRepeated(band);
        }
    }

    private boolean isRepeated(int band) {
        int width = raster.getWidth();
        int[] even = new int[width];
        int[] odd = new int[width];
        for (int y = 0; y + 1 < raster.getHeight(); y += 2) {
            raster.getSamples(0, y, width, 1, band, even);
            raster.getSamples(0, y + 1, width, 1, band, odd);
            for (int x = 0; x < width; x++) {
                if (even[x] != odd[x]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Fills in a row of interleaved samples. */
    void smooth(int[] row, int y) {
        int bands = repeated.length;
        int last = (raster.getHeight() - 1) / 2;
        int next = Math.max(0, Math.min(last, y / 2 + (y % 2 == 0 ? -1 : 1)));
        for (int band = 0; band < bands; band++) {
            if (repeated[band]) {
                for (int x = 0; x < raster.getWidth(); x++) {
                    int other = raster.getSample(x, 2 * next, band);
                    row[bands * x + band] = (3 * row[bands * x + band] + other + 1 + y % 2) >> 2;
                }
            }
        }
    }
}
