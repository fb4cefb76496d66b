package ham.export.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import ham.export.ExportRequest;
import ham.export.ExportResult;
import ham.export.SampleModel;
import ham.export.VitExporter;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.combine.Branch;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.folder.MergeFolder;
import ham.merge.folder.Merged;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The range coder beside zstd, on the changed weights of merges of trained adapters: those of {@code testdata/golden}, or of a run with five tasks
 * or more by {@code -Dham.run=RUN -Dham.base=CHECKPOINT}. Prints a row a patch.
 */
class PatchCoderTest {
    private static final int LEVEL = Zstd.maxCompressionLevel();

    private static final Path RUN = Path.of(
            System.getProperty("ham.run", TestData.path("golden/0.1.0/run").toString()));
    private static final Checkpoint BASE = Checkpoint.open(
            Path.of(System.getProperty("ham.base", TestData.path("hf-vit-tiny").toString())));

    @TempDir
    private Path folder;

    /** What a patch says of its changed weights, as numbers. */
    private static final class Described {
        private final List<Float> floats = new ArrayList<>();
        private final List<Integer> differences = new ArrayList<>();
        private long rangeCoded;
    }

    @Test
    void factorsAreSmallerByTheRangeCoder() throws IOException {
        Path bare = build(Merged.none(), "bare");
        for (int adapters : new int[] {1, 2, 4}) {
            Merged merged = merge(adapters);
            Described found = described(bare, Merged.none(), merged, merged, "from-bare-" + adapters);
            assertThat(row(adapters + " adapters, factors", found)).isGreaterThan(1);
        }
        Merged two = merge(2);
        Merged four = merge(4);
        Described next = described(build(two, "two"), two, four, four, "from-two");
        assertThat(row("4 adapters, from the merge of 2, factors", next)).isGreaterThan(1);
    }

    /** Where nothing but the deltas is known, differences are nearly noise, and no coder is much better than another. */
    @Test
    void densePatchesAreAboutTheSame() throws IOException {
        Merged four = merge(4);
        Merged deltas = Merged.read(folder.resolve("merged-4/merged.safetensors"));
        Described found = described(build(Merged.none(), "bare"), Merged.none(), four, deltas, "dense");
        assertThat(row("4 adapters, nothing but the deltas known, dense", found))
                .isGreaterThan(0.97);
    }

    private Merged merge(int adapters) throws IOException {
        Path target = folder.resolve("merged-" + adapters);
        if (!Files.exists(target)) {
            List<AdapterFolder> read = IntStream.range(0, adapters)
                    .mapToObj(i -> AdapterFolder.read(RUN.resolve(String.format(Locale.ROOT, "adapters/%03d", i))))
                    .toList();
            MergeFolder.write(
                    Files.createDirectory(target),
                    AdapterMerge.of(
                            read,
                            List.of(),
                            MergeSettings.of(MergeMethod.HAM),
                            Optional.empty(),
                            MergeProgress.SILENT));
        }
        return Merged.read(target);
    }

    private Path build(Merged merged, String name) {
        return export(merged, name).output();
    }

    private ExportResult export(Merged merged, String name) {
        return VitExporter.export(ExportRequest.builder()
                .setBase(BASE)
                .setMerged(merged)
                .setVersion("test")
                .setOutput(folder.resolve(name + ".onnx"))
                .setSettings(SampleModel.SETTINGS)
                .optForce(true)
                .optVerify(false)
                .build());
    }

    private Described described(Path before, Merged old, Merged merged, Merged known, String name) throws IOException {
        ExportResult after = export(merged, name);
        Path patch = folder.resolve(name + ".hampatch");
        PatchReport unused = ModelPatch.write(before, old, after.output(), known, after.matched(), patch);
        PatchContent content = PatchContent.read(patch);
        List<PatchStep> changed = content.steps().stream()
                .filter(step -> step.kind() == PatchStep.Kind.CHANGE || step.kind() == PatchStep.Kind.NEW)
                .toList();
        Described described = new Described();
        for (int i = 0; i < changed.size(); i++) {
            if (changed.get(i).kind() == PatchStep.Kind.CHANGE) {
                describe(content.changes().get(i), changed.get(i).length() / Float.BYTES, described);
            }
        }
        return described;
    }

    private static void describe(byte[] coded, int values, Described described) {
        described.rangeCoded += coded.length;
        Numbers numbers = new Numbers(new RangeDecoder(coded));
        int parts = numbers.integer(0);
        int columns = numbers.integer(0);
        assertThat(columns).isPositive();
        for (int part = 0; part < parts; part++) {
            for (Branch branch : FactoredChange.code(numbers, null).branches()) {
                for (float[] factor : List.of(
                        branch.factors().a().data(), branch.factors().b().data())) {
                    for (float value : factor) {
                        described.floats.add(value);
                    }
                }
            }
        }
        for (int i = 0; i < values; i++) {
            described.differences.add(numbers.difference(0));
        }
    }

    /** Prints a row; how many times the range coder's bytes zstd takes. */
    private static double row(String patch, Described found) {
        int[] floats = found.floats.stream()
                .mapToInt(value -> Integer.rotateLeft(Float.floatToRawIntBits(value), 1))
                .toArray();
        int[] differences = found.differences.stream()
                .mapToInt(value -> (value << 1) ^ (value >> 31))
                .toArray();
        long zstd = smallest(floats) + smallest(differences);
        double times = (double) zstd / found.rangeCoded;
        System.out.printf(
                Locale.ROOT,
                "| %s | %.1f kB | %.1f kB (%+.1f %%) |%n",
                patch,
                found.rangeCoded / 1e3,
                zstd / 1e3,
                100 * (times - 1));
        return times;
    }

    /** Of four layouts: as they are, planes of bytes together, planes one by one, varints. */
    private static long smallest(int[] numbers) {
        byte[] plain = new byte[Integer.BYTES * numbers.length];
        byte[] planes = new byte[Integer.BYTES * numbers.length];
        ByteArrayOutputStream varints = new ByteArrayOutputStream();
        byte[][] one = new byte[Integer.BYTES][numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            for (int b = 0; b < Integer.BYTES; b++) {
                byte value = (byte) (numbers[i] >>> (Byte.SIZE * b));
                plain[Integer.BYTES * i + b] = value;
                planes[b * numbers.length + i] = value;
                one[b][i] = value;
            }
            int rest = numbers[i];
            while ((rest & ~0x7f) != 0) {
                varints.write(rest | 0x80);
                rest >>>= 7;
            }
            varints.write(rest);
        }
        return Math.min(
                Math.min(packed(plain), packed(planes)),
                Math.min(Stream.of(one).mapToLong(PatchCoderTest::packed).sum(), packed(varints.toByteArray())));
    }

    private static long packed(byte[] bytes) {
        return Zstd.compress(bytes, LEVEL).length;
    }
}
