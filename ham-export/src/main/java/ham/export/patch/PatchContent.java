package ham.export.patch;

import ham.common.Sha256;
import ham.merge.InputException;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.SafetensorsWriter;
import ham.merge.safetensors.TensorHash;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * What a patch file holds: a safetensors file with {@code steps} (int32 [n, 3]: kind, from, length; in version 2, of files above 2 GB, int64), {@code
 * literals} (deflated bytes) and {@code change.00000}, ... (one for every step that needs one); its metadata names the two models by their hash and its
 * own content by another.
 *
 * @param baseSha256 of the model that it applies to
 * @param resultSha256 of the model that it makes
 * @param resultBytes size of that
 * @param steps what makes it up
 * @param literals bytes that stand nowhere else
 * @param changes of weights, in the order of their steps; may be read anew each time they are asked for
 */
@SuppressWarnings("ArrayRecordComponent")
record PatchContent(
        String baseSha256,
        String resultSha256,
        long resultBytes,
        List<PatchStep> steps,
        byte[] literals,
        List<byte[]> changes) {
    static final String FORMAT = "ham.patch";
    /** Positions in int32. */
    private static final String VERSION = "1";
    /** Positions in int64. */
    private static final String WIDE_VERSION = "2";

    private static final String CONTENT = "content_sha256";
    private static final String CHANGE = "change.";

    PatchContent {
        steps = List.copyOf(steps);
    }

    PatchedFile patched() {
        return new PatchedFile(baseSha256, resultSha256, resultBytes);
    }

    void write(Path file) {
        SafetensorsWriter writer = tensors();
        writer.write(file);
        Map<String, String> metadata = metadata();
        metadata.put(CONTENT, hash(metadata, SafetensorsFile.open(file)));
        SafetensorsWriter complete = tensors();
        metadata.forEach(complete::metadata);
        complete.write(file);
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new TreeMap<>();
        metadata.put(FORMAT, isWide() ? WIDE_VERSION : VERSION);
        metadata.put("base_sha256", baseSha256);
        metadata.put("result_sha256", resultSha256);
        metadata.put("result_bytes", Long.toString(resultBytes));
        return metadata;
    }

    /** Whether a step reads where an int32 does not reach. */
    private boolean isWide() {
        return steps.stream().anyMatch(step -> step.from() > Integer.MAX_VALUE);
    }

    private SafetensorsWriter tensors() {
        DType type = isWide() ? DType.I64 : DType.I32;
        ByteBuffer table = ByteBuffer.allocate(type.bytes() * 3 * steps.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (PatchStep step : steps) {
            for (long each : new long[] {step.kind().number(), step.from(), step.length()}) {
                if (type == DType.I64) {
                    table.putLong(each);
                } else {
                    table.putInt((int) each);
                }
            }
        }
        SafetensorsWriter writer =
                new SafetensorsWriter().add("steps", type, List.of((long) steps.size(), 3L), table.flip());
        byte[] deflated = deflate(literals);
        writer.add("literals", DType.U8, List.of((long) deflated.length), ByteBuffer.wrap(deflated));
        for (int i = 0; i < changes.size(); i++) {
            int index = i;
            Iterable<ByteBuffer> bytes =
                    () -> List.of(ByteBuffer.wrap(changes.get(index))).iterator();
            writer.add(changeName(i), DType.U8, List.of((long) changes.get(i).length), bytes);
        }
        return writer;
    }

    private static String changeName(int index) {
        return CHANGE + String.format("%05d", index);
    }

    /**
     * Reads a patch.
     *
     * @throws InputException when it is none, of another version, or damaged
     */
    static PatchContent read(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        Map<String, String> metadata = new TreeMap<>(tensors.metadata());
        if (!List.of(VERSION, WIDE_VERSION).contains(metadata.getOrDefault(FORMAT, ""))) {
            throw new InputException(
                    file,
                    "expected a patch of version " + VERSION + " or " + WIDE_VERSION + ", found "
                            + (metadata.containsKey(FORMAT) ? "version " + metadata.get(FORMAT) : "no patch"));
        }
        String expected = metadata.remove(CONTENT);
        if (!hash(metadata, tensors).equals(expected)) {
            throw damaged(file, "its content has another hash than it says");
        }
        List<PatchStep> steps = steps(file, tensors);
        int count = 0;
        while (tensors.has(changeName(count))) {
            count++;
        }
        long literals = steps.stream()
                .filter(step -> step.kind() == PatchStep.Kind.LITERAL)
                .mapToLong(PatchStep::length)
                .sum();
        return new PatchContent(
                metadata.getOrDefault("base_sha256", ""),
                metadata.getOrDefault("result_sha256", ""),
                Long.parseLong(metadata.getOrDefault("result_bytes", "0")),
                steps,
                inflate(file, array(tensors, "literals"), literals),
                new Changes(tensors, count));
    }

    static InputException damaged(Path file, String how) {
        return new InputException(
                file, "expected a whole patch, found that it is damaged: " + how + "; fetch it again");
    }

    private static List<PatchStep> steps(Path file, SafetensorsFile tensors) {
        ByteBuffer table = ByteBuffer.wrap(array(tensors, "steps")).order(ByteOrder.LITTLE_ENDIAN);
        boolean wide = tensors.info("steps").dtype() == DType.I64;
        List<PatchStep> steps = new ArrayList<>();
        while (table.remaining() >= 3 * (wide ? Long.BYTES : Integer.BYTES)) {
            long number = wide ? table.getLong() : table.getInt();
            PatchStep.Kind kind =
                    PatchStep.Kind.of(number).orElseThrow(() -> damaged(file, "it has a step of kind " + number));
            long from = wide ? table.getLong() : table.getInt();
            long length = wide ? table.getLong() : table.getInt();
            if (length < 0 || length > Integer.MAX_VALUE) {
                throw damaged(file, "it has a step of " + length + " bytes");
            }
            steps.add(new PatchStep(kind, from, (int) length));
        }
        return steps;
    }

    private static byte[] array(SafetensorsFile tensors, String name) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(tensors.info(name).bytes()));
        tensors.read(name, bytes::put);
        return bytes.array();
    }

    /** Changes as they are asked for: all of them may be more than memory holds. */
    private static final class Changes extends AbstractList<byte[]> {
        private final SafetensorsFile tensors;
        private final int count;

        Changes(SafetensorsFile tensors, int count) {
            this.tensors = tensors;
            this.count = count;
        }

        @Override
        public byte[] get(int index) {
            return array(tensors, changeName(Objects.checkIndex(index, count)));
        }

        @Override
        public int size() {
            return count;
        }
    }

    private static String hash(Map<String, String> metadata, SafetensorsFile tensors) {
        Sha256 digest = new Sha256();
        metadata.forEach((key, value) -> digest.update((key + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8)));
        return digest.update(TensorHash.sha256(tensors).getBytes(StandardCharsets.UTF_8))
                .hex();
    }

    private static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(bytes);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[1 << 16];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    private static byte[] inflate(Path file, byte[] bytes, long length) {
        if (length < 0 || length > Integer.MAX_VALUE) {
            throw damaged(file, "it claims " + length + " bytes");
        }
        Inflater inflater = new Inflater(true);
        inflater.setInput(bytes);
        byte[] result = new byte[(int) length];
        try {
            int done = 0;
            while (done < result.length) {
                int found = inflater.inflate(result, done, result.length - done);
                if (found == 0) {
                    throw damaged(file, "its literals end early");
                }
                done += found;
            }
            return result;
        } catch (DataFormatException e) {
            throw damaged(file, "its literals cannot be read");
        } finally {
            inflater.end();
        }
    }
}
