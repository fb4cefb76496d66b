package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.LayerShape;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.LayerName;
import ham.merge.combine.Branch;
import ham.merge.combine.Compression;
import ham.merge.compare.WeightShapes;
import ham.merge.head.HeadFile;
import ham.merge.head.LinearHead;
import ham.merge.head.NamedHead;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.kernel.Parallel;
import ham.merge.peft.PeftOutput;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.record.AdapterRecord;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes a merge as one PEFT adapter of scaling 1: exactly, by concatenation of the factors with what each counts folded into B, or cut to a
 * rank by SVD. Beside PEFT's two files are {@code ham.json} (the adapter is one by itself: importance 1, trained independently) and
 * {@code head.safetensors} where there is a head. It works weight by weight.
 */
public final class PeftMerge {
    /** The file by which an adapter folder is known. */
    public static final String MARK = "adapter_config.json";

    private final AdapterMerge result;
    private final PreparedMerge merge;
    private final OptionalInt rank;

    private PeftMerge(AdapterMerge result, OptionalInt rank) {
        this.result = result;
        this.merge = result.merge();
        this.rank = rank;
    }

    /**
     * What was written for a weight.
     *
     * @param rank of its factors
     * @param energy squared Frobenius norm of what is kept; NaN when everything is
     * @param lost fraction of the delta's squared norm that is lost
     */
    private record Written(int rank, double energy, double lost) {}

    /**
     * Checks that a merge by these settings can be a PEFT adapter, before work is done for it.
     *
     * @param rank to cut every delta to; empty for exact factors, or for the method svd the rank that it has itself
     * @throws InputException when the rank is below 1, or the method's deltas have no factors and no rank is given
     */
    public static void check(MergeSettings settings, OptionalInt rank) {
        if (rank.isPresent() && rank.getAsInt() < 1) {
            throw InputException.parameter("rank", "expected at least 1, found " + rank.getAsInt());
        }
        if (rank.isEmpty() && !settings.factored() && settings.method() != MergeMethod.SVD) {
            throw InputException.parameter(
                    "rank",
                    "expected the rank to cut a merge by " + settings.method().optionName()
                            + " to, which has no factors to write for PEFT, found none");
        }
    }

    /**
     * Checks that a merge of adapters can be a PEFT adapter.
     *
     * @throws InputException when one is for weights [in, out], or a bias belongs to no adapted weight
     */
    public static void check(List<AdapterFolder> adapters) {
        for (AdapterFolder each : adapters) {
            if (each.adapter().fanInFanOut()) {
                throw new InputException(
                        each.path(),
                        "expected adapters for weights [out, in] to write for PEFT, found fan_in_fan_out = true; write a merge"
                                + " folder instead");
            }
        }
        Set<String> adapted = new HashSet<>();
        adapters.forEach(each -> each.adapter().layers().keySet().forEach(weight -> adapted.add(biasOf(weight))));
        for (AdapterFolder each : adapters) {
            for (String bias : each.adapter().biases().keySet()) {
                if (!adapted.contains(bias)) {
                    throw new InputException("the bias '" + bias
                            + "' changes, but not the weight of its layer, which PEFT's lora_bias cannot say; write a"
                            + " merge folder instead");
                }
            }
        }
    }

    /**
     * Fills an existing, empty folder.
     *
     * @param rank as in {@link #check}
     * @param base for {@code base_model_name_or_path}, empty when unknown
     * @return what was written: {@code rank} and {@code lost} of every weight and in all
     * @throws InputException as {@link #check}, when a bias belongs to no adapted weight, or an entry is too large for float32
     */
    public static PeftMergeRecord write(
            Path folder, AdapterMerge result, OptionalInt rank, Optional<Path> base, MergeProgress progress)
            throws IOException {
        check(result.merge().settings(), rank);
        return new PeftMerge(result, rank).write(folder, base, progress);
    }

    private PeftMergeRecord write(Path folder, Optional<Path> base, MergeProgress progress) throws IOException {
        check(result.adapters());
        SortedMap<String, float[]> biases = merge.biases();
        SortedMap<String, LayerShape> layers = layers();
        List<String> weights = new ArrayList<>(layers.keySet());
        List<Written> written;
        SortedMap<String, LayerShape> own = new TreeMap<>();
        layers.forEach((weight, layer) -> own.put(ownName(weight), layer));
        try (PeftOutput output = new PeftOutput(folder, base(base), own, !biases.isEmpty(), classifier())) {
            written = Parallel.map(
                    weights,
                    weight -> write(output, weight, layers.get(weight)),
                    done -> progress.at("writing factors", done, weights.size()));
            if (!biases.isEmpty()) {
                layers.forEach((weight, layer) -> output.writeBias(
                        ownName(weight), biases.getOrDefault(biasOf(weight), new float[layer.outputs()])));
            }
            output.finish();
        }
        PeftMergeRecord record = record(weights, written);
        HamRecord one = new HamRecord(1, -1, classes(), result.baseSha256(), MergeMode.INDEPENDENT, List.of());
        JsonFiles.write(
                folder.resolve(HamRecord.FILE),
                JsonRecords.tree(AdapterRecord.of(null, null, null, one, record.json(), false)));
        if (result.head().isPresent()) {
            HeadFile.write(folder.resolve(AdapterFolder.HEAD), result.head().get());
        }
        return record;
    }

    /** What the model of the adapters calls a weight, so that PEFT finds it there: as the first of them does. */
    private String ownName(String weight) {
        AdapterSource first = result.adapters().get(0).adapter();
        return first.layers().containsKey(weight)
                ? first.ownName(weight)
                : LayerName.like(first.ownName(first.layers().firstKey()), weight)
                        .orElse(weight);
    }

    /** As it was typed, else as all the adapters call it. */
    private String base(Optional<Path> typed) {
        List<String> names = result.adapters().stream()
                .flatMap(each -> each.origin().base().stream())
                .distinct()
                .toList();
        return typed.map(Path::toString).orElse(names.size() == 1 ? names.get(0) : null);
    }

    /** The head where it is what PEFT saves along, as it did with one of the adapters. */
    private Optional<PeftOutput.SavedClassifier> classifier() {
        Optional<String> module = result.adapters().stream()
                .flatMap(each -> each.origin().classifier().stream())
                .findFirst();
        return result.head()
                .map(NamedHead::head)
                .filter(LinearHead.class::isInstance)
                .flatMap(head -> module.map(each -> new PeftOutput.SavedClassifier(each, (LinearHead) head)));
    }

    private static String biasOf(String weight) {
        return weight.replaceFirst("\\.weight$", ".bias");
    }

    private SortedMap<String, LayerShape> layers() {
        SortedMap<String, LayerShape> layers = new TreeMap<>();
        merge.shapes()
                .forEach((weight, shape) ->
                        layers.put(weight, new LayerShape(shape.outputs(), shape.inputs(), rank(weight, shape), 1)));
        return layers;
    }

    private int rank(String weight, WeightShapes shape) {
        MergeSettings settings = merge.settings();
        if (rank.isEmpty() && settings.factored()) {
            return shape.rank();
        }
        boolean svd = settings.method() == MergeMethod.SVD;
        int most = svd ? Math.min(rank.orElse(Integer.MAX_VALUE), settings.rank(weight)) : rank.orElseThrow();
        int possible = Math.min(shape.outputs(), shape.inputs());
        return Math.min(most, svd || settings.factored() ? Math.min(possible, shape.rank()) : possible);
    }

    private Written write(PeftOutput output, String weight, LayerShape layer) {
        boolean exact = rank.isEmpty() && merge.settings().factored();
        if (exact) {
            output.write(ownName(weight), concatenated(weight, merge.branches(weight), layer));
            return new Written(layer.rank(), Double.NaN, 0);
        }
        Compression compression = merge.compressed(weight, layer.rank());
        output.write(ownName(weight), compression.factors());
        return new Written(layer.rank(), energy(compression.factors()), compression.lost());
    }

    private static LoraFactors concatenated(String weight, List<Branch> branches, LayerShape layer) {
        Matrix a = Matrix.zeros(layer.rank(), layer.inputs());
        Matrix b = Matrix.zeros(layer.outputs(), layer.rank());
        int first = 0;
        for (Branch branch : branches) {
            LoraFactors factors = branch.factors();
            double factor = branch.weight() * factors.scaling();
            System.arraycopy(
                    factors.a().data(),
                    0,
                    a.data(),
                    first * layer.inputs(),
                    factors.a().data().length);
            for (int o = 0; o < layer.outputs(); o++) {
                for (int r = 0; r < factors.rank(); r++) {
                    float entry = (float) (factor * factors.b().get(o, r));
                    if (!Float.isFinite(entry)) {
                        throw new InputException("weight " + weight + ": expected factors within float32, found "
                                + entry + "; look for a huge lora_alpha, alpha or weight among the adapters");
                    }
                    b.data()[o * layer.rank() + first + r] = entry;
                }
            }
            first += factors.rank();
        }
        return new LoraFactors(a, b, 1);
    }

    /** Squared norm of {@code B A} where the columns of B, and the rows of A, are orthogonal. */
    private static double energy(LoraFactors factors) {
        double energy = 0;
        for (int r = 0; r < factors.rank(); r++) {
            double left = 0;
            for (int o = 0; o < factors.outputs(); o++) {
                left += (double) factors.b().get(o, r) * factors.b().get(o, r);
            }
            double right = 0;
            for (int i = 0; i < factors.inputs(); i++) {
                right += (double) factors.a().get(r, i) * factors.a().get(r, i);
            }
            energy += left * right;
        }
        return energy;
    }

    private List<String> classes() {
        return result.head().map(head -> head.classes()).orElseGet(() -> result.adapters().stream()
                .flatMap(each -> each.record().classes().stream())
                .distinct()
                .toList());
    }

    private PeftMergeRecord record(List<String> weights, List<Written> written) {
        double total = 0;
        double lost = 0;
        int largest = 0;
        List<PeftMergeRecord.Weight> each = new ArrayList<>();
        for (int i = 0; i < weights.size(); i++) {
            Written one = written.get(i);
            largest = Math.max(largest, one.rank());
            if (one.lost() > 0) {
                lost += one.energy() * one.lost() / (1 - one.lost());
                total += one.energy() * one.lost() / (1 - one.lost());
            }
            total += Double.isNaN(one.energy()) ? 0 : one.energy();
            each.add(new PeftMergeRecord.Weight(weights.get(i), one.rank(), one.lost()));
        }
        return new PeftMergeRecord(
                merge.settings().method(),
                result.mode(),
                SettingsJson.parameters(merge.settings()),
                result.adapters().stream()
                        .map(folder -> folder.adapter().name())
                        .toList(),
                largest,
                total > 0 ? lost / total : 0,
                each);
    }
}
