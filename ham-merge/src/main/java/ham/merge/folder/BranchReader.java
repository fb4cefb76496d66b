package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
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
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads what adds up to the deltas of a merge folder: the scalars from {@code merge.json}, the factors from {@code groups.safetensors}. */
final class BranchReader {
    private final Path recordFile;
    private final Path factorsFile;
    private final MergeSettings settings;
    private final SortedMap<String, List<Branch>> branches = new TreeMap<>();

    private BranchReader(Path recordFile, Path factorsFile, MergeSettings settings) {
        this.recordFile = recordFile;
        this.factorsFile = factorsFile;
        this.settings = settings;
    }

    /**
     * Weight name to addends.
     *
     * @param record content of {@code recordFile}
     * @param deltas what the folder says the sums are; only names and shapes are compared
     * @throws InputException when the three files disagree
     */
    static SortedMap<String, List<Branch>> read(
            Path recordFile,
            MergeRecord record,
            MergeSettings settings,
            Path factorsFile,
            SortedMap<String, Matrix> deltas) {
        BranchReader reader = new BranchReader(recordFile, factorsFile, settings);
        reader.readGroups(record, StoredGroups.open(record, factorsFile));
        reader.requireFit(deltas);
        return reader.branches;
    }

    private void readGroups(MergeRecord record, List<List<StoredAdapter>> members) {
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
                readMember(members.get(g).get(m), alpha.times(coefficients.get(m)));
            }
        }
    }

    private void readMember(StoredAdapter member, Importance weight) {
        member.layers().keySet().forEach(changed -> branches.computeIfAbsent(changed, key -> new ArrayList<>())
                .add(new Branch(weight.at(changed) * settings.layerWeight(changed), member.factors(changed))));
    }

    private void requireFit(SortedMap<String, Matrix> deltas) {
        if (!branches.keySet().equals(deltas.keySet())) {
            throw new InputException(
                    factorsFile,
                    "expected factors for the " + deltas.size() + " weights of " + MergeFolder.MERGED
                            + ", found them for " + branches.size() + " weights or under other names");
        }
        branches.forEach((name, each) -> {
            Matrix delta = deltas.get(name);
            for (Branch branch : each) {
                LoraFactors found = branch.factors();
                if (found.outputs() != delta.rows() || found.inputs() != delta.columns()) {
                    throw new InputException(
                            factorsFile,
                            "weight '" + name + "': expected factors of a delta [" + delta.rows() + ", "
                                    + delta.columns() + "], found [" + found.outputs() + ", " + found.inputs() + "]");
                }
            }
        });
    }
}
