package ham.train.data.file;

import ham.merge.InputException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * One IDX file of unsigned bytes, plain or gzipped: two zero bytes, type 0x08, the number of dimensions, every dimension as
 * a big-endian 32-bit number, then the bytes.
 *
 * @param file where it came from
 * @param dimensions the sizes that the header gives
 * @param bytes exactly their product
 */
@SuppressWarnings("ArrayRecordComponent")
public record IdxFile(Path file, int[] dimensions, byte[] bytes) {
    private static final int UNSIGNED_BYTE = 0x08;

    /** Reads a file whose number of dimensions is known. */
    public static IdxFile read(Path file, int rank) {
        try (InputStream in = open(file)) {
            int magic = ByteBuffer.wrap(exactly(in, 4)).getInt();
            int expected = UNSIGNED_BYTE << 8 | rank;
            if (magic != expected) {
                throw new InputException(
                        file,
                        String.format(
                                "expected an IDX file of unsigned bytes with %d dimensions (magic 0x%08x), found 0x%08x; use"
                                        + " the file of that name from the MNIST family",
                                rank, expected, magic));
            }
            ByteBuffer header = ByteBuffer.wrap(exactly(in, 4 * rank));
            int[] dimensions = new int[rank];
            for (int i = 0; i < rank; i++) {
                dimensions[i] = header.getInt();
            }
            byte[] bytes = exactly(in, product(file, dimensions));
            if (in.read() >= 0) {
                throw new InputException(
                        file,
                        "expected " + bytes.length + " bytes of data for dimensions " + Arrays.toString(dimensions)
                                + ", found more; fetch the file again");
            }
            return new IdxFile(file, dimensions, bytes);
        } catch (EOFException e) {
            throw new InputException(file, "expected as much data as its header says, found less; fetch it again", e);
        } catch (ZipException e) {
            throw new InputException(file, "expected gzip data, found something else; fetch the file again", e);
        } catch (IOException e) {
            throw new InputException(file, "expected an IDX file, found no file that can be read; put it there", e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        if (!file.toString().endsWith(".gz")) {
            return raw;
        }
        try {
            return new GZIPInputStream(raw, 1 << 16);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private static int product(Path file, int[] dimensions) {
        long product = 1;
        for (int dimension : dimensions) {
            if (dimension < 1 || product * dimension > Integer.MAX_VALUE - 16) {
                throw new InputException(
                        file,
                        "expected positive dimensions of less than 2 GB in all, found " + Arrays.toString(dimensions)
                                + "; fetch the file again");
            }
            product *= dimension;
        }
        return (int) product;
    }
}
