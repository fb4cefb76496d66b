package ham.merge.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ham.merge.InputException;
import ham.merge.RawTensors;
import ham.merge.adapter.LoraAdapter;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.head.HeadFile;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.peft.PeftFolder;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Every input is read or refused with one line; nothing else is thrown, nothing hangs. */
class ReaderFuzzTest {
    private static final String QUERY = "vit.encoder.layer.0.attention.attention.query";

    private static Path temp;
    private static Checkpoint base;

    @BeforeContainer
    static void make() throws IOException {
        temp = Files.createTempDirectory("fuzz");
        base = Checkpoint.open(TestData.path("hf-vit-tiny"));
    }

    /** Files are deleted, not overwritten: some file systems write the old content to disk before they truncate it. */
    @AfterTry
    void empty() throws IOException {
        try (Stream<Path> files = Files.walk(temp)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(temp)) {
                    Files.delete(file);
                }
            }
        }
    }

    @AfterContainer
    static void remove() throws IOException {
        Files.delete(temp);
    }

    private static void replace(Path file, byte[] bytes) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RawTensors.write(file, bytes);
    }

    private static void readOrRefused(Runnable reading) {
        try {
            reading.run();
        } catch (InputException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContainPattern("[\\p{Cntrl}\u2028\u2029]");
        }
    }

    private static void everyTensor(Path file) {
        SafetensorsFile open = SafetensorsFile.open(file);
        for (String name : open.names()) {
            readOrRefused(() -> open.floats(name));
            readOrRefused(() -> open.matrix(name));
        }
    }

    private static Path file(String name, byte[] bytes) {
        replace(temp.resolve(name), bytes);
        return temp.resolve(name);
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void anyBytesAsSafetensors(@ForAll byte[] bytes) {
        readOrRefused(() -> everyTensor(file("any", bytes)));
        readOrRefused(() -> everyTensor(file("any", RawTensors.file(bytes.length, bytes, new byte[0]))));
    }

    @Property(tries = 1000, shrinking = ShrinkingMode.OFF)
    void damagedSafetensors(@ForAll long seed) {
        Random random = new Random(seed);
        Path whole = new RawTensors()
                .metadata("format", "pt")
                .add("a", List.of(2L, 3L), 1, 2, 3, 4, 5, 6)
                .add("b", "BF16", List.of(4L), new byte[8])
                .add("c", "I64", List.of(), new byte[8])
                .write(temp.resolve("damaged"));
        byte[] damaged = Damage.ofSafetensors(Damage.read(whole), random);
        readOrRefused(() -> everyTensor(file("damaged", damaged)));
    }

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void damagedAdapters(@ForAll long seed) {
        Random random = new Random(seed);
        Path folder = adapter(random).write(temp.resolve("adapter"));
        Path config = folder.resolve("adapter_config.json");
        Path weights = folder.resolve("adapter_model.safetensors");
        if (random.nextInt(4) > 0) {
            String json = new String(Damage.read(config), StandardCharsets.UTF_8);
            byte[] damaged = Damage.ofJson(json, random).getBytes(StandardCharsets.UTF_8);
            replace(config, random.nextInt(8) == 0 ? Damage.ofBytes(damaged, random) : damaged);
        }
        if (random.nextInt(3) == 0) {
            replace(weights, Damage.ofSafetensors(Damage.read(weights), random));
        }
        readOrRefused(() -> LoraAdapter.load(AdapterFolder.read(folder).adapter()));
        readOrRefused(() -> LoraAdapter.load(
                AdapterFolder.read(folder).onto(base, "no hash").adapter()));
    }

    private static PeftFolder adapter(Random random) {
        PeftFolder made = new PeftFolder(random)
                .config("r", 4)
                .config("lora_alpha", 8)
                .config("use_rslora", false)
                .config("rank_pattern", Map.of("value", 4))
                .config("alpha_pattern", Map.of(".*query", 2))
                .config("target_modules", List.of("query", "value"))
                .config("exclude_modules", List.of("key"))
                .config("fan_in_fan_out", false)
                .config("init_lora_weights", true)
                .pair(QUERY, "F16", 4, 64, 64);
        if (random.nextBoolean()) {
            made.config("layers_to_transform", List.of(0)).config("layers_pattern", List.of("layer"));
        }
        if (random.nextBoolean()) {
            made.config("bias", "all").tensor(QUERY + ".base_layer.bias", "F32", 64);
        }
        if (random.nextBoolean()) {
            made.config("lora_bias", true).tensor(QUERY + ".lora_B.bias", "BF16", 64);
        }
        if (random.nextBoolean()) {
            made.config("modules_to_save", List.of("classifier"))
                    .tensor("classifier.weight", "F32", 2, 3)
                    .tensor("classifier.bias", "F32", 2);
        }
        return made;
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void damagedRecords(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        new HamRecord(0.5, 1, List.of("a", "b"), Optional.of("abc"), MergeMode.SEQUENTIAL, List.of(0.7)).write(temp);
        Path file = temp.resolve(HamRecord.FILE);
        byte[] damaged = Damage.ofJson(new String(Damage.read(file), StandardCharsets.UTF_8), random)
                .getBytes(StandardCharsets.UTF_8);
        replace(file, random.nextInt(4) == 0 ? Damage.ofBytes(damaged, random) : damaged);
        readOrRefused(() -> HamRecord.read(temp));
    }

    @Property(tries = 500, shrinking = ShrinkingMode.OFF)
    void damagedHeads(@ForAll long seed) {
        Random random = new Random(seed);
        Path file = temp.resolve("head");
        Matrix weight = new Matrix(2, 3, new float[] {1, 2, 3, 4, 5, 6});
        HeadFile.write(file, new NamedHead(new LinearHead(weight, new float[2]), List.of("a", "b")));
        replace(file, Damage.ofSafetensors(Damage.read(file), random));
        readOrRefused(() -> HeadFile.read(file));
    }
}
