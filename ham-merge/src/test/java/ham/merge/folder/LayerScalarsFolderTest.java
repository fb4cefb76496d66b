package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.combine.Combine;
import ham.merge.combine.Deltas;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Folders of adapters and merges whose scalars are one a layer. */
class LayerScalarsFolderTest {
    @TempDir
    private Path temp;

    private int folders;

    private Path write(ContinuedMerge merge) throws IOException {
        return write(merge.merge(MergeProgress.SILENT));
    }

    private Path write(AdapterMerge merge) throws IOException {
        Path folder = Files.createDirectory(temp.resolve("m" + folders++));
        MergeFolder.write(folder, merge);
        return folder;
    }

    /** Scalars of layers survive a merge folder: its own record, its branches, and its continuation. */
    @ParameterizedTest
    @EnumSource
    void scalarsOfLayersAreReplayed(Join join) throws IOException {
        MergeSettings settings =
                MergeSettings.ham(new HamParameters(new BigDecimal("0.6"), 0.1, 2, join, Combine.MEAN));
        List<AdapterFolder> all = layered(ContinuedMergeTest.adapters(4, "linear"));
        Path start = write(ContinuedMergeTest.merge(settings, all, List.of()));
        ContinuedMergeTest.assertSame(write(ContinuedMergeTest.goOn(start, List.of(), List.of())), start);
        ContinuedMergeTest.assertSame(
                write(ContinuedMergeTest.goOn(
                        write(ContinuedMergeTest.merge(settings, all.subList(0, 2), List.of())),
                        List.of(),
                        all.subList(2, 4))),
                start);
        Merged merged = Merged.read(start);
        SortedMap<String, Matrix> sums = Deltas.sum(merged.branches());
        merged.deltas().forEach((weight, delta) -> assertThat(sums.get(weight).data())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(delta.data()));
        // Weights of layers for a method that has no groups, given and then continued.
        List<Importance> weights =
                all.stream().map(each -> each.record().alpha()).toList();
        MergeSettings cat = MergeSettings.of(MergeMethod.CAT);
        Path given = write(ContinuedMergeTest.merge(cat, all, weights));
        ContinuedMergeTest.assertSame(
                write(ContinuedMerge.of(
                        StoredMerge.open(
                                write(ContinuedMergeTest.merge(cat, all.subList(0, 3), weights.subList(0, 3)))),
                        List.of(),
                        all.subList(3, 4),
                        weights.subList(3, 4))),
                given);
    }

    private static List<AdapterFolder> layered(List<AdapterFolder> adapters) {
        Random random = new Random(7);
        return adapters.stream()
                .map(each -> {
                    SortedMap<String, Double> scalars = new TreeMap<>();
                    each.adapter().layers().keySet().forEach(weight -> scalars.put(weight, 0.5 + random.nextDouble()));
                    HamRecord record = each.record();
                    return Adapters.with(
                            each,
                            new HamRecord(
                                    Importance.perLayer(scalars),
                                    record.task(),
                                    record.classes(),
                                    record.baseSha256(),
                                    record.mode(),
                                    List.of()));
                })
                .toList();
    }

    @Test
    void scalarsForOtherLayersThanTheAdaptersAreRefused() {
        AdapterFolder adapter = ContinuedMergeTest.adapters(1, "linear").get(0);
        HamRecord record = new HamRecord(
                Importance.perLayer(Map.of("other.weight", 1.0)),
                -1,
                List.of(),
                Optional.empty(),
                MergeMode.INDEPENDENT,
                List.of());
        assertThatThrownBy(() -> Adapters.with(adapter, record))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("layer_alphas: expected a number for each of the 2 layers of the adapter");
    }
}
