package ham.runtime.image;

import ham.runtime.ModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG, JPEG, GIF (first frame) and BMP files into 8-bit RGB, as Python's
 * {@code PIL.Image.open(file).convert("RGB")} does: alpha is dropped, orientation tags and colour profiles are not
 * applied. 16-bit grey keeps its high byte, where Pillow would clip it to white.
 */
public final class ImageDecoder {
    /** The largest image that is decoded, in pixels. */
    public static final long MAX_PIXELS = 100_000_000L;

    private static final long MAX_BYTES = 4 * MAX_PIXELS + (1 << 20);

    /** Where a PNG's header says how many bits a sample has. */
    private static final int PNG_DEPTH = 24;

    private ImageDecoder() {}

    /**
     * Decodes an image file.
     *
     * @throws ModelException if the file is missing, unreadable, empty, truncated, larger than {@link #MAX_PIXELS} or
     *     than the heap, or not a PNG, JPEG, GIF or BMP image
     */
    public static RgbImage decode(Path file) {
        if (!Files.exists(file)) {
            throw new ModelException(file + ": expected an image, found no such file.");
        }
        if (Files.isDirectory(file)) {
            throw new ModelException(file + ": expected an image, found a folder.");
        }
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new ModelException(file + ": expected an image of at most " + MAX_BYTES + " bytes, found " + size
                        + " bytes; make it smaller first.");
            }
            return decode(read(file, size), file.toString());
        } catch (IOException e) {
            throw new ModelException(file + ": expected an image, but the file cannot be read (" + e + ").", e);
        }
    }

    private static byte[] read(Path file, long size) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (OutOfMemoryError e) {
            throw heapTooSmall(file.toString(), "a file of " + size + " bytes", size, e);
        }
    }

    /**
     * Decodes an image that is already in memory.
     *
     * @param name what error messages call it
     * @throws ModelException as for {@link #decode(Path)}
     */
    public static RgbImage decode(byte[] bytes, String name) {
        if (bytes.length == 0) {
            throw new ModelException(name + ": expected an image, found an empty file.");
        }
        ImageFormat format = ImageFormat.of(bytes)
                .orElseThrow(() -> new ModelException(
                        name + ": expected a PNG, JPEG, GIF or BMP image, found something else; convert it first."));
        ImageReader reader = ImageIO.getImageReadersByFormatName(format.name().toLowerCase(Locale.ROOT))
                .next();
        try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(input, true, true);
            return decode(reader, format, bytes, name);
        } catch (ModelException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw broken(format, name, e.getMessage() == null ? "its data end too early" : e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    private static RgbImage decode(ImageReader reader, ImageFormat format, byte[] bytes, String name)
            throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MAX_PIXELS) {
            throw new ModelException(name + ": expected an image of at most " + MAX_PIXELS / 1_000_000
                    + " megapixels, found " + width + "x" + height + "; make it smaller first.");
        }
        if (format == ImageFormat.GIF) {
            refusePartialFrame(bytes, width, height, name);
        }
        var truncation = new TruncationListener();
        reader.addIIOReadWarningListener(truncation);
        RgbImage image;
        try {
            image = format == ImageFormat.JPEG ? readJpeg(reader, bytes, name) : readOther(reader, format, name);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            if (ranOutOfMemory(e)) {
                throw heapTooSmall(
                        name, "an image of " + width + "x" + height, heap(format, bytes, (long) width * height), e);
            }
            throw e;
        }
        if (truncation.seen().isPresent()) {
            throw broken(format, name, truncation.seen().get(), null);
        }
        return image;
    }

    /** Some readers hide the error in an exception of theirs. */
    private static boolean ranOutOfMemory(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof OutOfMemoryError) {
                return true;
            }
        }
        return false;
    }

    /** Bytes to decode: the file twice (its bytes, and the reader's window on them), up to four samples and the 8-bit RGB of a pixel. */
    private static long heap(ImageFormat format, byte[] bytes, long pixels) {
        boolean deep = format == ImageFormat.PNG && bytes[PNG_DEPTH] == 16;
        return 2L * bytes.length + (deep ? 8 + 3 : 4 + 3) * pixels;
    }

    private static ModelException heapTooSmall(String name, String what, long bytes, Throwable cause) {
        return new ModelException(
                name + ": expected about " + ((bytes >> 20) + 1) + " MB of free heap for " + what
                        + ", found a heap of at most " + (Runtime.getRuntime().maxMemory() >> 20)
                        + " MB in all; raise -Xmx, or make it smaller first.",
                cause);
    }

    private static RgbImage readJpeg(ImageReader reader, byte[] bytes, String name) throws IOException {
        var raster = reader.readRaster(0, null);
        if (raster.getNumBands() != 1 && raster.getNumBands() != 3) {
            throw new ModelException(name + ": expected a grey or RGB image, found a JPEG of " + raster.getNumBands()
                    + " components (CMYK?); convert it to RGB first.");
        }
        return JpegColor.toRgb(bytes, raster);
    }

    private static RgbImage readOther(ImageReader reader, ImageFormat format, String name) throws IOException {
        return RasterReader.toRgb(reader.read(0))
                .orElseThrow(() -> new ModelException(name + ": expected a grey, RGB or indexed image, found a "
                        + format + " image of other colours; convert it to RGB first."));
    }

    /** A first frame that covers only a part of the canvas would need the rules of animation to be placed. */
    private static void refusePartialFrame(byte[] gif, int width, int height, String name) {
        int canvasWidth = Byte.toUnsignedInt(gif[6]) + 256 * Byte.toUnsignedInt(gif[7]);
        int canvasHeight = Byte.toUnsignedInt(gif[8]) + 256 * Byte.toUnsignedInt(gif[9]);
        if (width != canvasWidth || height != canvasHeight) {
            throw new ModelException(name + ": expected a GIF whose first frame fills its canvas of " + canvasWidth
                    + "x" + canvasHeight + ", found a frame of " + width + "x" + height + "; convert it to PNG first.");
        }
    }

    private static ModelException broken(ImageFormat format, String name, String why, Throwable cause) {
        String reason = why.strip().replaceAll("\\s+", " ").replaceAll("[.!]$", "");
        return new ModelException(
                name + ": expected a whole " + format + " image, found a damaged or truncated one (" + reason + ").",
                cause);
    }
}
