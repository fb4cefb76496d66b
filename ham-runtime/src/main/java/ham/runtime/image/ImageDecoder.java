package ham.runtime.image;

import ham.common.Found;
import ham.runtime.ModelException;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG, JPEG, GIF (first frame), BMP, TIFF (first page) and PPM files into 8-bit RGB, and WebP where a reader for it is on the class path,
 * as Python's {@code PIL.Image.open(file).convert("RGB")} does: alpha is dropped, colour profiles are not applied. 16-bit grey keeps its high
 * byte, where Pillow would clip it to white. How the camera was held is told ({@link RgbImage#orientation}) and left to who prepares the image.
 *
 * <p>The same pixels on every JDK: see {@code JpegChroma} for what JDKs do differently. What is read by some alone (arithmetic coding) is refused
 * by all.
 */
public final class ImageDecoder {
    /** The largest image that is decoded, in pixels. */
    public static final long MAX_PIXELS = 100_000_000L;

    private static final long MAX_BYTES = 4 * MAX_PIXELS + (1 << 20);

    /** Where a PNG's header says how many bits a sample has. */
    private static final int PNG_DEPTH = 24;

    /** The frame of a lossless JPEG. */
    private static final int LOSSLESS = 0xc3;

    private ImageDecoder() {}

    /**
     * Loads Java's image readers, which takes longer than to decode an image. Nobody has to: it is for who has a thread to spare while a model is
     * opened.
     */
    public static void load() {
        for (ImageFormat format : List.of(ImageFormat.PNG, ImageFormat.JPEG)) {
            reader(format, format.label()).dispose();
        }
    }

    /**
     * Decodes an image file.
     *
     * @throws ModelException if the file is missing, unreadable, empty, truncated, larger than {@link #MAX_PIXELS} or
     *     than the heap, or of another format
     */
    public static RgbImage decode(Path file) {
        if (!Files.exists(file) || Files.isDirectory(file)) {
            ModelException.requireFile(file, "an image");
        }
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new ModelException(file + ": expected an image of at most " + MAX_BYTES + " bytes, found " + size
                        + " bytes; make it smaller first.");
            }
            return decode(read(file, size), file.toString());
        } catch (IOException e) {
            throw new ModelException(
                    file + ": expected an image, but the file cannot be read (" + Found.why(e) + ").", e);
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
                .orElseThrow(() -> new ModelException(name + ": expected a " + ImageFormat.READ + " image, found "
                        + Found.pointer(bytes).orElse("something else; convert it first") + "."));
        if (format == ImageFormat.PNM) {
            return PnmReader.read(bytes, name);
        }
        ImageReader reader = reader(format, name);
        try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(input, true, true);
            return decode(reader, format, bytes, name);
        } catch (ModelException e) {
            throw e;
        } catch (LinkageError e) {
            throw new ModelException(
                    name + ": expected a reader for " + format.label() + " that works here, but its native library"
                            + " cannot be loaded (" + e.getMessage() + "); convert it to PNG first.",
                    e);
        } catch (IOException | RuntimeException e) {
            throw broken(format, name, e.getMessage() == null ? "its data end too early" : e.getMessage(), e);
        } finally {
            reader.dispose();
        }
    }

    /**
     * Pixels that an image says it has, without decoding it: a small file can hold a very large picture.
     *
     * @return 0 where that cannot be read; {@link #decode(byte[], String)} says why
     */
    public static long pixels(byte[] bytes) {
        Optional<ImageFormat> format = ImageFormat.of(bytes);
        try {
            return format.isEmpty() ? 0 : pixels(format.get(), bytes);
        } catch (IOException | RuntimeException | LinkageError e) {
            return 0;
        }
    }

    private static long pixels(ImageFormat format, byte[] bytes) throws IOException {
        if (format == ImageFormat.PNM) {
            return PnmReader.pixels(bytes);
        }
        ImageReader reader = reader(format, "");
        try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(input, true, true);
            return (long) reader.getWidth(0) * reader.getHeight(0);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReader reader(ImageFormat format, String name) {
        Iterator<ImageReader> readers =
                ImageIO.getImageReadersByFormatName(format.name().toLowerCase(Locale.ROOT));
        if (!readers.hasNext()) {
            throw new ModelException(name + ": expected a " + ImageFormat.READ + " image, found " + format.label()
                    + ", for which there is no reader here; convert it to PNG first.");
        }
        return readers.next();
    }

    /** @throws ModelException if an image is larger than {@link #MAX_PIXELS} */
    static void requireSize(String name, int width, int height) {
        if ((long) width * height > MAX_PIXELS) {
            throw new ModelException(name + ": expected an image of at most " + MAX_PIXELS / 1_000_000
                    + " megapixels, found " + width + "x" + height + "; make it smaller first.");
        }
    }

    private static RgbImage decode(ImageReader reader, ImageFormat format, byte[] bytes, String name)
            throws IOException {
        Optional<JpegHeader> jpeg =
                format == ImageFormat.JPEG ? Optional.of(readableHeader(bytes, name)) : Optional.empty();
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        requireSize(name, width, height);
        if (format == ImageFormat.GIF) {
            refusePartialFrame(bytes, width, height, name);
        }
        var truncation = new TruncationListener();
        reader.addIIOReadWarningListener(truncation);
        RgbImage image;
        try {
            image = jpeg.isPresent() ? readJpeg(reader, jpeg.get(), name) : readOther(reader, format, name);
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
        RgbImage held = image.held(Orientation.of(format, bytes));
        return format == ImageFormat.TIFF ? held.upright() : held; // as Pillow, whoever asks
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

    /** @throws ModelException if it tells of a kind that not every reader reads; the readers of JDKs say that differently */
    private static JpegHeader readableHeader(byte[] bytes, String name) {
        JpegHeader header = JpegHeader.of(bytes);
        if (header.bits() != 8 || header.frame() == LOSSLESS) {
            throw new ModelException(name + ": expected a JPEG of 8 bits that is not lossless, found "
                    + (header.frame() == LOSSLESS ? "a lossless one" : header.bits() + " bits")
                    + "; convert it to PNG first.");
        }
        if (header.arithmetic()) {
            throw new ModelException(
                    name + ": expected a JPEG in Huffman coding, found arithmetic coding, which not every Java reads;"
                            + " convert it first, for example with jpegtran.");
        }
        return header;
    }

    private static RgbImage readJpeg(ImageReader reader, JpegHeader header, String name) throws IOException {
        if (!header.wholeScans()) {
            throw broken(ImageFormat.JPEG, name, "a progressive one without its last scans", null);
        }
        Raster raster = reader.readRaster(0, null);
        if (raster.getNumBands() == 2 || raster.getNumBands() > 4) {
            throw new ModelException(name + ": expected a grey, RGB or CMYK image, found a JPEG of "
                    + raster.getNumBands() + " components; convert it to RGB first.");
        }
        return JpegColor.toRgb(header, raster);
    }

    private static RgbImage readOther(ImageReader reader, ImageFormat format, String name) throws IOException {
        return RasterReader.toRgb(reader.read(0))
                .orElseThrow(() ->
                        new ModelException(name + ": expected a grey, RGB or indexed image, found a " + format.label()
                                + " image of other colours or more than 16 bits; convert it to 8-bit RGB first."));
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
                name + ": expected a whole " + format.label() + " image, found a damaged or truncated one (" + reason
                        + ").",
                cause);
    }
}
