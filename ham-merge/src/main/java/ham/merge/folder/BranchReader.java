package ham.merge.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.adapter.LoraFactors;
import ham.merge.method.Branch;
import ham.merge.method.Combine;
import ham.merge.method.MergeMethod;
import ham.merge.method.MergeSettings;
import ham.merge.safetensors.DType;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads what adds up to the deltas of a merge folder: the scalars from {@code merge.json}, the factors from {@code groups.safetensors}. */
final class BranchReader {
    private static final String A = ".lora_A";
    private static final String B = ".lora_B";
    private static final String SCALING = ".scaling";
    private static final String BIAS = ".bias";

    private final Path recordFile;
    private final SafetensorsFile factors;
    private final MergeSettings settings;
    private final SortedMap<String, List<Branch>> branches = new TreeMap<>();
    private final Set<String> used = new HashSet<>();

    private BranchReader(Path recordFile, SafetensorsFile factors, MergeSettings settings) {
        this.recordFile = recordFile;
        this.factors = factors;
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
            Path recordFile, ObjectNode record, SafetensorsFile factors, SortedMap<String, Matrix> deltas) {
        BranchReader reader = new BranchReader(recordFile, factors, SettingsJson.read(recordFile, record));
        reader.readGroups(record);
        reader.requireNothingElse();
        reader.requireFit(deltas);
        return reader.branches;
    }

    private void readGroups(ObjectNode record) {
        boolean mean = settings.method() == MergeMethod.HAM && settings.ham().combine() == Combine.MEAN;
        double divisor = 0;
        for (JsonNode group : record.path("groups")) {
            divisor += number("alpha", group.path("alpha"));
        }
        if (mean && !(divisor > 0)) {
            throw new InputException(
                    recordFile, "groups, alpha: expected a sum above 0 to divide by, found " + divisor);
        }
        int g = 0;
        for (JsonNode group : record.path("groups")) {
            double alpha = number("alpha", group.path("alpha")) / (mean ? divisor : 1);
            for (int m = 0; m < group.path("members").size(); m++) {
                double coefficient =
                        number("coefficients", group.path("coefficients").path(m));
                readMember(MergeFolder.factorPrefix(g, m), alpha * coefficient);
            }
            g++;
        }
    }

    private double number(String key, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw new InputException(
                    recordFile,
                    "groups, " + key + ": expected a finite number for every group and member, found "
                            + (node.isMissingNode() ? "none" : node));
        }
        return node.doubleValue();
    }

    private void readMember(String prefix, double weight) {
        for (String name : factors.names().tailSet(prefix)) {
            if (!name.startsWith(prefix)) {
                break;
            }
            if (name.endsWith(A)) {
                String stem = name.substring(0, name.length() - A.length());
                String changed = stem.substring(prefix.length());
                branches.computeIfAbsent(changed, key -> new ArrayList<>())
                        .add(new Branch(weight * settings.layerWeight(changed), factors(stem)));
                used.addAll(List.of(stem + A, stem + B, stem + SCALING));
            } else if (name.endsWith(BIAS)) {
                used.add(name);
            }
        }
    }

    private LoraFactors factors(String stem) {
        Matrix a = factors.matrix(stem + A);
        Matrix b = factors.matrix(stem + B);
        if (factors.info(stem + SCALING).dtype() != DType.F64
                || factors.info(stem + SCALING).elements() != 1) {
            throw new InputException(factors.path(), "tensor '" + stem + SCALING + "': expected one float64");
        }
        try {
            return new LoraFactors(a, b, factors.bytes(stem + SCALING).getDouble(0));
        } catch (IllegalArgumentException e) {
            throw new InputException(factors.path(), "the factors of '" + stem + "' do not fit: " + e.getMessage(), e);
        }
    }

    private void requireNothingElse() {
        for (String name : factors.names()) {
            if (!used.contains(name)) {
                throw new InputException(
                        factors.path(),
                        "expected the factors of the members that " + MergeFolder.RECORD + " lists, found also '" + name
                                + "'");
            }
        }
    }

    private void requireFit(SortedMap<String, Matrix> deltas) {
        if (!branches.keySet().equals(deltas.keySet())) {
            throw new InputException(
                    factors.path(),
                    "expected factors for the " + deltas.size() + " weights of " + MergeFolder.MERGED
                            + ", found them for " + branches.size() + " weights or under other names");
        }
        branches.forEach((name, each) -> {
            Matrix delta = deltas.get(name);
            for (Branch branch : each) {
                LoraFactors found = branch.factors();
                if (found.outputs() != delta.rows() || found.inputs() != delta.columns()) {
                    throw new InputException(
                            factors.path(),
                            "weight '" + name + "': expected factors of a delta [" + delta.rows() + ", "
                                    + delta.columns() + "], found [" + found.outputs() + ", " + found.inputs() + "]");
                }
            }
        });
    }
}
