package ham.export.check;

import ham.export.proto.FunctionProto;
import ham.export.proto.ModelProto;
import ham.export.proto.OperatorSetIdProto;
import ham.export.proto.StringStringEntryProto;
import ham.merge.InputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules of the ONNX checker that do not need the operators' own definitions.
 *
 * <p>IR version and operator sets present and known, a named graph, typed inputs and outputs, every name given once (SSA), every
 * node reading only what stands before it, graph outputs produced, constants as large as their dimensions say.
 */
public final class ModelChecker {

    /** IR versions that came with operator sets; before them a model cannot say which operators it means. */
    private static final long OLDEST_IR = 3;

    /** The newest IR version that {@code onnx.proto} knows the fields of. */
    private static final long NEWEST_IR = 14;

    private ModelChecker() {}

    /** All violations of the format's rules, each a sentence without full stop; empty for a valid model. */
    public static List<String> violations(ModelProto model) {
        List<String> problems = new ArrayList<>();
        long version = model.getIrVersion();
        if (version < OLDEST_IR || version > NEWEST_IR) {
            problems.add("ir_version is expected between " + OLDEST_IR + " and " + NEWEST_IR + ", found "
                    + (model.hasIrVersion() ? version : "none"));
        }
        if (model.getOpsetImportCount() == 0) {
            problems.add("no operator set is imported");
        }
        Set<String> domains = importedDomains(model.getOpsetImportList(), problems);
        Set<String> keys = new HashSet<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            if (!keys.add(entry.getKey())) {
                problems.add("the metadata key '" + entry.getKey() + "' is given twice");
            }
        }
        if (!model.hasGraph()) {
            problems.add("the model has no graph");
            return problems;
        }
        new GraphRules(domains, version < 4, problems).checkMain(model.getGraph());
        for (FunctionProto function : model.getFunctionsList()) {
            Set<String> own = importedDomains(function.getOpsetImportList(), problems);
            new GraphRules(own, false, problems).checkFunction(function);
        }
        return problems;
    }

    /** As {@link #violations}, and what ham asks of a graph that it built: nothing unused, a named batch dimension. */
    public static List<String> violationsOfBuilt(ModelProto model) {
        List<String> problems = violations(model);
        BuiltGraphRules.check(model.getGraph(), problems);
        return problems;
    }

    /**
     * Refuses a model that breaks a rule.
     *
     * @param name of the model, for the message
     * @throws InputException naming every violation
     */
    public static void requireValid(String name, ModelProto model) {
        refuse(name, violations(model));
    }

    /** As {@link #requireValid}, with the rules of {@link #violationsOfBuilt}. */
    public static void requireValidBuilt(String name, ModelProto model) {
        refuse(name, violationsOfBuilt(model));
    }

    /** The standard domain has two names; this gives it the empty one. */
    static String canonicalDomain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    private static Set<String> importedDomains(List<OperatorSetIdProto> imports, List<String> problems) {
        Set<String> domains = new HashSet<>();
        for (OperatorSetIdProto imported : imports) {
            if (imported.getVersion() < 1) {
                problems.add("the operator set of domain '" + imported.getDomain()
                        + "' is expected to have a version of at least 1, found " + imported.getVersion());
            }
            if (!domains.add(canonicalDomain(imported.getDomain()))) {
                problems.add("the operator set of domain '" + imported.getDomain() + "' is imported twice");
            }
        }
        return domains;
    }

    private static void refuse(String name, List<String> problems) {
        if (!problems.isEmpty()) {
            throw new InputException(name + ": expected a valid ONNX model, found that " + String.join("; ", problems));
        }
    }
}
