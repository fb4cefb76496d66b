package ham.merge.folder;

import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.DeltaStatistics;
import ham.merge.gram.GramFile;
import ham.merge.gram.InputGram;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadsFile;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.join.Group;
import ham.merge.kernel.Parallel;
import ham.merge.plan.PreparedMerge;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsOutput;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/** Fills a merge folder, weight by weight, so that neither adapters nor deltas need to fit in memory. */
final class MergeFolderWriter {
    private final AdapterMerge result;
    private final PreparedMerge merge;
    /** The beginning of the names of each adapter's tensors, in the order of the merge. */
    private final Map<Integer, String> prefixes = new HashMap<>();

    MergeFolderWriter(AdapterMerge result) {
        this.result = result;
        this.merge = result.merge();
        for (int g = 0; g < merge.groups().size(); g++) {
            List<Group.Member> members = merge.groups().get(g).members();
            for (int m = 0; m < members.size(); m++) {
                prefixes.put(members.get(m).adapter(), MergeFolder.factorPrefix(g, m));
            }
        }
    }

    MergeRecord write(Path folder, MergeOrigin origin, MergeProgress progress) throws IOException {
        SortedMap<String, float[]> biases = merge.biases();
        List<String> weights = new ArrayList<>(merge.shapes().keySet());
        List<DeltaStatistics> statistics;
        try (SafetensorsOutput merged =
                        new SafetensorsOutput(folder.resolve(MergeFolder.MERGED), mergedLayout(biases));
                SafetensorsOutput groups = new SafetensorsOutput(folder.resolve(MergeFolder.GROUPS), groupsLayout())) {
            statistics = Parallel.map(
                    weights,
                    weight -> {
                        Matrix delta = merge.delta(
                                weight, (adapter, factors) -> write(groups, prefixes.get(adapter) + weight, factors));
                        merged.write(weight, delta.data());
                        return merge.statistics(delta);
                    },
                    done -> progress.at("merging", done, weights.size()));
            biases.forEach(merged::write);
            writeBiases(groups);
            merged.finish();
            groups.finish();
        }
        if (merge.settings().usesGrams()) {
            writeGrams(folder.resolve(MergeFolder.GRAMS));
        }
        // Hashing reads every adapter once more; the record asks for one after the other.
        Parallel.map(
                result.adapters(),
                AdapterFolder::sha256,
                done -> progress.at("hashing", done, result.adapters().size()));
        MergeRecord record = MergeRecord.of(result, origin, weights, statistics);
        JsonFiles.write(folder.resolve(MergeFolder.RECORD), JsonRecords.tree(record));
        Files.writeString(folder.resolve(MergeFolder.CARD), MergeCard.of(record));
        List<Optional<NamedHead>> heads =
                result.adapters().stream().map(AdapterFolder::head).toList();
        if (heads.stream().anyMatch(Optional::isPresent)) {
            HeadsFile.write(folder.resolve(MergeFolder.HEADS), heads);
        }
        if (result.head().isPresent()) {
            HeadFile.write(folder.resolve(AdapterFolder.HEAD), result.head().get());
            Files.writeString(
                    folder.resolve(MergeFolder.LABELS),
                    String.join("\n", result.head().get().classes()) + "\n");
        }
        return record;
    }

    private SafetensorsOutput.Layout mergedLayout(SortedMap<String, float[]> biases) {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout();
        merge.shapes().forEach((weight, shape) -> layout.add(weight, DType.F32, shape.outputs(), shape.inputs()));
        biases.forEach((bias, delta) -> layout.add(bias, DType.F32, delta.length));
        return layout;
    }

    private SafetensorsOutput.Layout groupsLayout() {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout();
        for (int i = 0; i < merge.adapters().size(); i++) {
            String prefix = prefixes.get(i);
            AdapterSource adapter = merge.adapters().get(i);
            adapter.layers().forEach((weight, shape) -> layout.add(
                            prefix + weight + StoredAdapter.A, DType.F32, shape.rank(), shape.inputs())
                    .add(prefix + weight + StoredAdapter.B, DType.F32, shape.outputs(), shape.rank())
                    .add(prefix + weight + StoredAdapter.SCALING, DType.F64, 1));
            adapter.biases().forEach((bias, change) -> layout.add(prefix + bias, DType.F32, change.values().length));
        }
        return layout;
    }

    private static void write(SafetensorsOutput output, String name, LoraFactors factors) {
        output.write(name + StoredAdapter.A, factors.a().data());
        output.write(name + StoredAdapter.B, factors.b().data());
        output.write(name + StoredAdapter.SCALING, new double[] {factors.scaling()});
    }

    /** Adapter by adapter, so that neither all Gram matrices nor two copies of one need to fit in memory. */
    private void writeGrams(Path file) {
        SafetensorsOutput.Layout layout = new SafetensorsOutput.Layout();
        forEachGram((name, gram) -> GramFile.layout(layout, name, gram));
        try (SafetensorsOutput output = new SafetensorsOutput(file, layout)) {
            forEachGram((name, gram) -> output.write(name, gram.values().data()));
            output.finish();
        }
    }

    private void forEachGram(BiConsumer<String, InputGram> sink) {
        for (int i = 0; i < merge.adapters().size(); i++) {
            AdapterSource adapter = merge.adapters().get(i);
            String prefix = prefixes.get(i);
            adapter.layers()
                    .keySet()
                    .forEach(weight ->
                            sink.accept(prefix + weight, adapter.gram(weight).orElseThrow()));
        }
    }

    private void writeBiases(SafetensorsOutput groups) {
        for (int i = 0; i < merge.adapters().size(); i++) {
            String prefix = prefixes.get(i);
            merge.adapters().get(i).biases().forEach((bias, change) -> groups.write(prefix + bias, change.values()));
        }
    }
}
