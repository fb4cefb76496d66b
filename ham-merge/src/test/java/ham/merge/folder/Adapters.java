package ham.merge.folder;

import ham.merge.MergeProgress;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The adapters under {@code testdata/}, and the same with records and heads of their own. */
final class Adapters {
    private Adapters() {}

    static AdapterFolder published(int number) {
        return AdapterFolder.read(path("v4-names", number));
    }

    static AdapterFolder recent(int number) {
        return AdapterFolder.read(path("v5-names", number));
    }

    static List<AdapterFolder> allPublished() {
        return IntStream.range(0, 6).mapToObj(Adapters::published).toList();
    }

    static Path path(String scheme, int number) {
        return TestData.path("peft-adapters/" + scheme + "/adapter" + number);
    }

    /** Their exact sum. */
    static AdapterMerge cat(AdapterFolder... adapters) {
        return AdapterMerge.of(
                List.of(adapters),
                List.of(),
                MergeSettings.of(MergeMethod.CAT),
                Optional.empty(),
                MergeProgress.SILENT);
    }

    static AdapterFolder with(AdapterFolder adapter, HamRecord record) {
        return new AdapterFolder(adapter.path(), adapter.adapter(), record, adapter.head(), adapter.hash());
    }

    static AdapterFolder with(AdapterFolder adapter, NamedHead head) {
        return new AdapterFolder(
                adapter.path(), adapter.adapter(), adapter.record(), Optional.of(head), adapter.hash());
    }

    static HamRecord independent(double alpha, Optional<String> base) {
        return new HamRecord(alpha, -1, List.of(), base, MergeMode.INDEPENDENT, List.of());
    }

    static HamRecord sequential(int task, double alpha, List<Double> groupAlphas) {
        return new HamRecord(alpha, task, List.of(), Optional.empty(), MergeMode.SEQUENTIAL, groupAlphas);
    }

    static NamedHead head(String... classes) {
        Matrix weight = Matrix.zeros(classes.length, 64);
        for (int i = 0; i < weight.data().length; i++) {
            weight.data()[i] = i;
        }
        return new NamedHead(new LinearHead(weight, new float[classes.length]), List.of(classes));
    }
}
