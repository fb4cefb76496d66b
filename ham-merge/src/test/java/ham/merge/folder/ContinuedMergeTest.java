package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.RawTensors;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Combine;
import ham.merge.gram.InputGram;
import ham.merge.head.AnalyticHead;
import ham.merge.head.Head;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.head.PrototypeHead;
import ham.merge.io.JsonFiles;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.kernel.Dense;
import ham.merge.plan.LayerRule;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PeerParameters;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.merge.space.MergeSpace;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A merge that goes on has the bytes of a merge from the start. */
class ContinuedMergeTest {
    private static final Matrix PROJECTION = matrix(new Random(7), 3, 5);

    @TempDir
    private Path temp;

    private int folders;

    static Stream<MergeSettings> settings() {
        List<MergeSettings> all = new ArrayList<>();
        for (Join join : Join.values()) {
            for (Combine combine : Combine.values()) {
                all.add(MergeSettings.ham(new HamParameters(new BigDecimal("0.6"), 0.1, 2, join, combine)));
            }
        }
        for (MergeMethod method : MergeMethod.values()) {
            MergeSettings each = MergeSettings.of(method);
            List<LayerRule> rules = List.of(new LayerRule(
                    Pattern.compile("layer\\.1"),
                    used(MergeParameter.KEEP, method, new BigDecimal("0.35")),
                    used(MergeParameter.DENSITY, method, new BigDecimal("0.8")),
                    used(MergeParameter.RANK, method, 2),
                    Optional.of(0.5)));
            all.add(new MergeSettings(
                    method,
                    each.ham(),
                    new PeerParameters(
                            new BigDecimal("0.7"),
                            1.25,
                            each.peers().sign(),
                            42,
                            3,
                            new BigDecimal("0.02"),
                            new BigDecimal("0.3"),
                            new BigDecimal("0.7"),
                            new BigDecimal("0.4"),
                            method.mergesEntries() ? MergeSpace.CORE : MergeSpace.DELTA),
                    rules));
        }
        return all.stream();
    }

    private static <T> Optional<T> used(MergeParameter<T> parameter, MergeMethod method, T value) {
        return parameter.methods().contains(method) ? Optional.of(value) : Optional.empty();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theResultHasTheBytesOfAMergeFromTheStart(MergeSettings settings) throws IOException {
        List<AdapterFolder> all = adapters(5, "linear");
        Path start = write(merge(settings, all, List.of()));
        Path three = write(merge(settings, all.subList(0, 3), List.of()));
        assertSame(write(goOn(three, List.of(), all.subList(3, 5))), start);
        // Out of the order in which they came, again and again.
        Path other = write(merge(settings, List.of(all.get(1), all.get(3), all.get(4)), List.of()));
        assertSame(write(goOn(start, List.of("a0", "a2"), List.of())), other);
        Path step = write(goOn(three, List.of("a0"), List.of(all.get(3))));
        assertSame(write(goOn(step, List.of("a2"), List.of(all.get(4)))), other);
        assertSame(write(goOn(start, List.of(), List.of())), start);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void givenWeightsAreReplayedAndContinued(MergeSettings settings) throws IOException {
        List<AdapterFolder> all = adapters(4, "prototype");
        List<Importance> weights = Importance.each(List.of(1.5, 0.25, 0.75, 2.0));
        Path start = write(merge(settings, all, weights));
        Path three = write(merge(settings, all.subList(0, 3), weights.subList(0, 3)));
        assertSame(
                write(ContinuedMerge.of(
                        StoredMerge.open(three), List.of(), all.subList(3, 4), Importance.each(List.of(2.0)))),
                start);
        Path own = write(merge(
                settings,
                all,
                List.of(
                        weights.get(0),
                        weights.get(1),
                        weights.get(2),
                        settings.method() == MergeMethod.HAM
                                ? all.get(3).record().alpha()
                                : Importance.ONE)));
        assertSame(write(goOn(three, List.of(), all.subList(3, 4))), own);
    }

    @ParameterizedTest
    @EnumSource
    void aSequentialRunGoesOn(Join join) throws IOException {
        MergeSettings settings = MergeSettings.ham(new HamParameters(new BigDecimal("0.6"), 0.1, 1, join, Combine.SUM));
        List<AdapterFolder> all = run(adapters(4, "analytic"));
        Path start = write(merge(settings, all, List.of()));
        assertThat(StoredMerge.open(start).mode()).isEqualTo(MergeMode.SEQUENTIAL);
        Path two = write(merge(settings, all.subList(0, 2), List.of()));
        assertSame(write(goOn(two, List.of(), all.subList(2, 4))), start);
        // What is left is the beginning of the run: nobody was trained beside what is taken out.
        ContinuedMerge shorter = goOn(start, List.of("a3", "a2"), List.of());
        assertThat(shorter.warnings()).isEmpty();
        assertSame(write(shorter), two);
    }

    @Test
    void withoutAnAdapterThatOthersWereTrainedBesideTheRestIsIndependent() throws IOException {
        List<AdapterFolder> all = run(adapters(4, "analytic"));
        MergeSettings settings =
                MergeSettings.ham(new HamParameters(new BigDecimal("0.6"), 0.1, 1, Join.MEAN, Combine.SUM));
        Path start = write(merge(settings, all, List.of()));
        ContinuedMerge merge = goOn(start, List.of("a1"), List.of());
        assertThat(merge.warnings())
                .containsExactly(
                        "without a1: later adapters (a2, a3) were trained beside what is taken out and may lean"
                                + " on it; what is left is merged as if trained independently");
        Path rest = write(merge(settings, List.of(all.get(0), all.get(2), all.get(3)), List.of()));
        assertSame(write(merge), rest);
        assertThat(StoredMerge.open(rest).mode()).isEqualTo(MergeMode.INDEPENDENT);
        assertThat(JsonFiles.read(rest.resolve("merge.json"), "")
                        .path("warnings")
                        .toString())
                .contains("merged as if trained independently");
        // A mode that was asked for: independent stays, sequential stays only with its adapters.
        for (MergeMode mode : MergeMode.values()) {
            Path asked = write(AdapterMerge.of(all, List.of(), settings, Optional.of(mode), MergeProgress.SILENT));
            assertSame(write(goOn(asked, List.of(), List.of())), asked);
            ContinuedMerge fewer = goOn(asked, List.of("a3"), List.of());
            assertThat(fewer.merge(MergeProgress.SILENT).mode()).isEqualTo(mode);
        }
    }

    @Test
    void classesOfARemovedAdapterLeaveTheAnalyticHead() throws IOException {
        List<AdapterFolder> all = run(adapters(3, "analytic"));
        Path start = write(merge(MergeSettings.of(MergeMethod.CAT), all, List.of()));
        NamedHead whole = Merged.read(start).head().orElseThrow();
        assertThat(whole.classes()).containsExactly("c0", "d0", "c1", "d1", "c2", "d2");
        Path rest = write(goOn(start, List.of("a1"), List.of()));
        NamedHead head = Merged.read(rest).head().orElseThrow();
        assertThat(head.classes()).containsExactly("c0", "d0", "c2", "d2");
        float[] features = {0.5f, -1, 2};
        float[] before = whole.head().logits(features);
        assertThat(head.head().logits(features)).containsExactly(before[0], before[1], before[4], before[5]);
        assertThat(rest.resolve("labels.txt")).hasContent("c0\nd0\nc2\nd2\n");
    }

    @Test
    void headsThatDifferAreKeptToo() throws IOException {
        List<AdapterFolder> all = new ArrayList<>(adapters(2, "linear"));
        all.addAll(adapters(4, "analytic").subList(2, 4));
        AdapterFolder bare = adapters(5, "none").get(4);
        all.add(bare);
        MergeSettings settings = MergeSettings.of(MergeMethod.CAT);
        Path start = write(merge(settings, all, List.of()));
        assertThat(start.resolve("head.safetensors")).doesNotExist();
        assertSame(
                write(goOn(start, List.of("a2", "a3", "a4"), List.of())),
                write(merge(settings, all.subList(0, 2), List.of())));
        assertSame(
                write(goOn(start, List.of("a0", "a1", "a4"), List.of())),
                write(merge(settings, all.subList(2, 4), List.of())));
        assertThat(write(goOn(start, List.of("a0", "a1", "a2", "a3"), List.of()))
                        .resolve("heads.safetensors"))
                .doesNotExist();
    }

    @Test
    void oneProjectionIsStoredOnceAndSeveralEachOnItsOwn() throws IOException {
        List<AdapterFolder> same = adapters(2, "analytic");
        Path merged = write(merge(MergeSettings.of(MergeMethod.CAT), same, List.of()));
        assertThat(RawTensors.read(merged.resolve("heads.safetensors"))
                        .tensors()
                        .keySet())
                .containsExactlyInAnyOrder("projection", "0.weight", "1.weight");
        AnalyticHead head = (AnalyticHead) same.get(1).head().orElseThrow().head();
        AdapterFolder other = Adapters.with(
                same.get(1),
                new NamedHead(
                        new AnalyticHead(matrix(new Random(8), 3, 5), head.weight()),
                        same.get(1).head().orElseThrow().classes()));
        Path differ = write(merge(MergeSettings.of(MergeMethod.CAT), List.of(same.get(0), other), List.of()));
        assertThat(RawTensors.read(differ.resolve("heads.safetensors"))
                        .tensors()
                        .keySet())
                .containsExactlyInAnyOrder("0.projection", "0.weight", "1.projection", "1.weight");
        assertSame(write(goOn(differ, List.of(), List.of())), differ);
    }

    @Test
    void unknownAdaptersAndRemovingAllAreRefused() throws IOException {
        List<AdapterFolder> all = adapters(2, "none");
        Path start = write(merge(MergeSettings.of(MergeMethod.HAM), all, List.of()));
        assertThatThrownBy(() -> goOn(start, List.of("b"), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("without: expected the name of an adapter of " + start + " (a0, a1), found 'b'");
        assertThatThrownBy(() -> goOn(start, List.of("a0", "a1"), List.of()))
                .isInstanceOf(InputException.class)
                .hasMessage("without: expected to leave at least one adapter of " + start
                        + ", found every one taken out; leave one, or add another");
        assertThatThrownBy(() -> goOn(start, List.of(), List.of(all.get(0))).merge(MergeProgress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("two called 'a0'");
        assertThatThrownBy(() ->
                        ContinuedMerge.of(StoredMerge.open(start), List.of(), List.of(), Importance.each(List.of(1.0))))
                .isInstanceOf(InputException.class)
                .hasMessage("alpha: expected one value a new adapter, 0 in all, found 1");
        // Taking one out and giving it again puts it last.
        assertSame(
                write(goOn(start, List.of("a0"), List.of(all.get(0)))),
                write(merge(MergeSettings.of(MergeMethod.HAM), List.of(all.get(1), all.get(0)), List.of())));
    }

    @Test
    void aFolderOfAnOlderHamIsReplayedWhereItSaysEnough() throws IOException {
        List<AdapterFolder> all = adapters(3, "none");
        MergeSettings settings = MergeSettings.of(MergeMethod.HAM);
        Path start = write(merge(settings, all, List.of()));
        forget(start);
        Path rest = write(goOn(start, List.of("a1"), List.of()));
        Path expected = write(merge(settings, List.of(all.get(0), all.get(2)), List.of()));
        for (String file : List.of("merged.safetensors", "groups.safetensors")) {
            assertThat(rest.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
        }
        Path sequential = write(merge(settings, run(all), List.of()));
        forget(sequential);
        assertThatThrownBy(() -> StoredMerge.open(sequential))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("was written without the scalars that its groups were trained with");
        Path headed = write(merge(settings, adapters(2, "linear"), List.of()));
        Files.delete(headed.resolve("heads.safetensors"));
        assertThatThrownBy(() -> StoredMerge.open(headed))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("was written without the heads of its adapters");
    }

    private static void forget(Path merged) {
        TestData.edit(merged.resolve("merge.json"), json -> {
            json.remove("request");
            json.path("inputs").forEach(input -> ((ObjectNode) input).retain("adapter", "path", "sha256", "classes"));
        });
    }

    static AdapterMerge merge(MergeSettings settings, List<AdapterFolder> adapters, List<Importance> weights) {
        return AdapterMerge.of(adapters, weights, settings, Optional.empty(), MergeProgress.SILENT);
    }

    static ContinuedMerge goOn(Path merged, List<String> without, List<AdapterFolder> added) {
        return ContinuedMerge.of(StoredMerge.open(merged), without, added, List.of());
    }

    private Path write(ContinuedMerge merge) throws IOException {
        return write(merge.merge(MergeProgress.SILENT));
    }

    private Path write(AdapterMerge merge) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("m" + folders++));
        MergeFolder.write(folder, merge);
        return folder;
    }

    static void assertSame(Path found, Path expected) {
        assertThat(TestData.entries(found)).isEqualTo(TestData.entries(expected));
        for (String file : TestData.entries(expected)) {
            assertThat(found.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
        }
    }

    /** The same adapters as the tasks of one run with one group. */
    private static List<AdapterFolder> run(List<AdapterFolder> adapters) {
        List<AdapterFolder> run = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            AdapterFolder each = adapters.get(i);
            run.add(Adapters.with(
                    each,
                    new HamRecord(
                            each.record().alpha(),
                            i,
                            List.of("c" + i, "d" + i),
                            Optional.of("base"),
                            MergeMode.SEQUENTIAL,
                            i == 0 ? List.of() : Importance.each(List.of(0.7 + 0.1 * i)))));
        }
        return run;
    }

    /** Of a stream of its own, so that factors stay as they are. */
    private static SortedMap<String, InputGram> grams(int adapter, Set<String> weights) {
        Random random = new Random(100 + adapter);
        SortedMap<String, InputGram> grams = new TreeMap<>();
        for (String weight : weights) {
            Dense inputs = Dense.of(matrix(random, 4, 6));
            grams.put(weight, InputGram.full(inputs.transposedTimes(inputs).toMatrix()));
        }
        return grams;
    }

    /** Random adapters of different ranks; some change a bias, have a head, many equal entries or zeros. */
    static List<AdapterFolder> adapters(int count, String head) {
        Random random = new Random(1);
        List<AdapterFolder> adapters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SortedMap<String, LoraFactors> factors = new TreeMap<>();
            SortedMap<String, BiasChange> biases = new TreeMap<>();
            for (int layer = 0; layer < 3; layer++) {
                if (layer == i) {
                    continue;
                }
                int rank = 1 + random.nextInt(4);
                String module = "vit.encoder.layer." + layer + ".output.dense";
                factors.put(
                        module + ".weight",
                        new LoraFactors(matrix(random, rank, 6), matrix(random, 5, rank), 0.5 + random.nextDouble()));
                if (i % 2 == 0) {
                    biases.put(
                            module + ".bias",
                            new BiasChange(matrix(random, 1, 5).data(), false));
                }
            }
            String hash = "hash" + i;
            adapters.add(new AdapterFolder(
                    Path.of("somewhere", "a" + i),
                    new LoraAdapter("a" + i, factors, biases).withGrams(grams(i, factors.keySet())),
                    new HamRecord(
                            0.5 + 0.25 * i,
                            -1,
                            List.of("c" + i, "d" + i),
                            i == 0 ? Optional.empty() : Optional.of("base"),
                            MergeMode.INDEPENDENT,
                            List.of()),
                    head(head, i, random),
                    () -> hash));
        }
        return adapters;
    }

    private static Optional<NamedHead> head(String kind, int task, Random random) {
        List<String> classes = new ArrayList<>();
        for (int i = kind.equals("analytic") ? 0 : task; i <= task; i++) {
            classes.addAll(List.of("c" + i, "d" + i));
        }
        Head head =
                switch (kind) {
                    case "linear" -> new LinearHead(matrix(random, 2, 3), new float[] {task, -task});
                    case "prototype" -> new PrototypeHead(matrix(random, 2, 3));
                    case "analytic" -> new AnalyticHead(PROJECTION, matrix(random, classes.size(), 5));
                    default -> null;
                };
        return Optional.ofNullable(head).map(each -> new NamedHead(each, classes));
    }

    /** Few different values, so that pruning meets ties; zeros of both signs among them. */
    private static Matrix matrix(Random random, int rows, int columns) {
        Matrix matrix = Matrix.zeros(rows, columns);
        for (int i = 0; i < matrix.data().length; i++) {
            float value = Math.round(3 * random.nextGaussian()) / 4f;
            matrix.data()[i] = random.nextInt(8) == 0 ? -0.0f : value;
        }
        return matrix;
    }
}
