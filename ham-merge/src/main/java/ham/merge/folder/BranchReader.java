package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.combine.Branch;
import ham.merge.combine.Combine;
import ham.merge.join.Importance;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.Importances;
import ham.merge.tensor.Matrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** Reads what adds up to the deltas of a merge folder: the scalars from {@code merge.json}, the factors from {@code groups.safetensors}. */
final class BranchReader {
    private final Path recordFile;
    private final Path factorsFile;
    private final MergeSettings settings;

    private BranchReader(Path recordFile, Path factorsFile, MergeSettings settings) {
        this.recordFile = recordFile;
        this.factorsFile = factorsFile;
        this.settings = settings;
    }

    /** Hears of every addend. */
    interface Sink {
        /** One addend of a weight's delta. */
        void accept(String weight, Branch branch);
    }

    /**
     * Reads the addends of all weights, one after the other.
     *
     * @param record content of {@code recordFile}
     * @param deltas what the folder says the sums are; only names and shapes are compared
     * @throws InputException when the three files disagree
     */
    static void read(
            Path recordFile,
            MergeRecord record,
            MergeSettings settings,
            Path factorsFile,
            SortedMap<String, Matrix> deltas,
            Sink sink) {
        BranchReader reader = new BranchReader(recordFile, factorsFile, settings);
        List<List<StoredAdapter>> members = StoredGroups.open(record, factorsFile);
        reader.requireFit(members, deltas);
        reader.readGroups(record, members, sink);
    }

    private void readGroups(MergeRecord record, List<List<StoredAdapter>> members, Sink sink) {
        boolean mean = settings.method() == MergeMethod.HAM && settings.ham().combine() == Combine.MEAN;
        List<Importance> alphas = new ArrayList<>();
        for (MergeRecord.Members group : record.groups()) {
            alphas.add(Importances.read(recordFile, "groups, alpha", group.alpha(), group.layerAlphas()));
        }
        Importance divisor = mean ? Importance.sum(alphas) : Importance.ONE;
        if (!divisor.all(each -> each > 0)) {
            throw new InputException(
                    recordFile, "groups, alpha: expected a sum above 0 to divide by, found " + divisor.mean());
        }
        for (int g = 0; g < members.size(); g++) {
            MergeRecord.Members group = record.groups().get(g);
            Importance alpha = alphas.get(g).over(divisor);
            List<Importance> coefficients = Importances.readAll(
                    recordFile, "groups, coefficients", group.coefficients(), group.layerCoefficients());
            if (coefficients.size() < members.get(g).size()) {
                throw new InputException(
                        recordFile,
                        "groups, coefficients: expected a finite number for every member, found " + coefficients.size()
                                + " of " + members.get(g).size());
            }
            for (int m = 0; m < members.get(g).size(); m++) {
                readMember(members.get(g).get(m), alpha.times(coefficients.get(m)), sink);
            }
        }
    }

    private void readMember(StoredAdapter member, Importance weight, Sink sink) {
        member.layers()
                .keySet()
                .forEach(changed -> sink.accept(
                        changed,
                        new Branch(weight.at(changed) * settings.layerWeight(changed), member.factors(changed))));
    }

    private void requireFit(List<List<StoredAdapter>> members, SortedMap<String, Matrix> deltas) {
        Set<String> found = new TreeSet<>();
        members.forEach(
                group -> group.forEach(each -> found.addAll(each.layers().keySet())));
        if (!found.equals(deltas.keySet())) {
            throw new InputException(
                    factorsFile,
                    "expected factors for the " + deltas.size() + " weights of " + MergeFolder.MERGED
                            + ", found them for " + found.size() + " weights or under other names");
        }
        members.forEach(group -> group.forEach(each -> each.layers().forEach((name, layer) -> {
            Matrix delta = deltas.get(name);
            if (layer.outputs() != delta.rows() || layer.inputs() != delta.columns()) {
                throw new InputException(
                        factorsFile,
                        "weight '" + name + "': expected factors of a delta [" + delta.rows() + ", " + delta.columns()
                                + "], found [" + layer.outputs() + ", " + layer.inputs() + "]");
            }
        })));
    }
}
