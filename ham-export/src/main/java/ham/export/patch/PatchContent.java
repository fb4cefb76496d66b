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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * What a patch file holds: a safetensors file with {@code steps} (int32 [n, 3]: kind, from, length), {@code literals} (deflated bytes) and {@code
 * change.00000}, ... (one for every step that needs one); its metadata names the two models by their hash and its own content by another.
 *
 * @param baseSha256 of the model that it applies to
 * @param resultSha256 of the model that it makes
 * @param resultBytes size of that
 * @param steps what makes it up
 * @param literals bytes that stand nowhere else
 * @param changes of weights, in the order of their steps
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
    private static final String VERSION = "1";
    private static final String CONTENT = "content_sha256";
    private static final String CHANGE = "change.";

    PatchContent {
        steps = List.copyOf(steps);
        changes = List.copyOf(changes);
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
        metadata.put(FORMAT, VERSION);
        metadata.put("base_sha256", baseSha256);
        metadata.put("result_sha256", resultSha256);
        metadata.put("result_bytes", Long.toString(resultBytes));
        return metadata;
    }

    private SafetensorsWriter tensors() {
        ByteBuffer table = ByteBuffer.allocate(12 * steps.size()).order(ByteOrder.LITTLE_ENDIAN);
        steps.forEach(
                step -> table.putInt(step.kind().number()).putInt(step.from()).putInt(step.length()));
        SafetensorsWriter writer =
                new SafetensorsWriter().add("steps", DType.I32, List.of((long) steps.size(), 3L), table.flip());
        byte[] deflated = deflate(literals);
        writer.add("literals", DType.U8, List.of((long) deflated.length), ByteBuffer.wrap(deflated));
        for (int i = 0; i < changes.size(); i++) {
            writer.add(changeName(i), DType.U8, List.of((long) changes.get(i).length), ByteBuffer.wrap(changes.get(i)));
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
        if (!VERSION.equals(metadata.get(FORMAT))) {
            throw new InputException(
                    file,
                    "expected a patch of version " + VERSION + ", found "
                            + (metadata.containsKey(FORMAT) ? "version " + metadata.get(FORMAT) : "no patch"));
        }
        String expected = metadata.remove(CONTENT);
        if (!hash(metadata, tensors).equals(expected)) {
            throw damaged(file, "its content has another hash than it says");
        }
        List<PatchStep> steps = new ArrayList<>();
        ByteBuffer table = tensors.bytes("steps");
        while (table.remaining() >= 12) {
            int number = table.getInt();
            PatchStep.Kind kind =
                    PatchStep.Kind.of(number).orElseThrow(() -> damaged(file, "it has a step of kind " + number));
            steps.add(new PatchStep(kind, table.getInt(), table.getInt()));
        }
        List<byte[]> changes = new ArrayList<>();
        while (tensors.has(changeName(changes.size()))) {
            changes.add(array(tensors.bytes(changeName(changes.size()))));
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
                inflate(file, array(tensors.bytes("literals")), literals),
                changes);
    }

    static InputException damaged(Path file, String how) {
        return new InputException(
                file, "expected a whole patch, found that it is damaged: " + how + "; fetch it again");
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
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
