package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.LayerName;
import ham.merge.encoder.Part;
import ham.merge.head.HeadStitching;
import ham.merge.head.NamedHead;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.plan.FailureSignatures;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.record.HamRecord;
import ham.merge.record.MergeMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The merge of adapter folders, in the order given.
 *
 * @param adapters what was merged
 * @param weights the importance (ham) or weight (other methods) of each
 * @param merge what counts how much; deltas are computed when asked for
 * @param mode how the adapters came about, and for ham so which scalars the groups had
 * @param baseSha256 hash of the base that they share, empty when none of them says
 * @param head one head over all classes, empty when there is none
 * @param request what decided the mode and the weights
 * @param warnings what a user should know, one sentence each
 */
public record AdapterMerge(
        List<AdapterFolder> adapters,
        List<Importance> weights,
        PreparedMerge merge,
        MergeMode mode,
        Optional<String> baseSha256,
        Optional<NamedHead> head,
        MergeRequest request,
        List<String> warnings) {
    public AdapterMerge {
        adapters = List.copyOf(adapters);
        weights = List.copyOf(weights);
        warnings = List.copyOf(warnings);
    }

    /** Whether the groups have the scalars that were trained with the adapters beside them. */
    public boolean usesTrainedGroups() {
        return usesTrainedGroups(merge.settings().method(), mode);
    }

    private static boolean usesTrainedGroups(MergeMethod method, MergeMode mode) {
        return method == MergeMethod.HAM && mode == MergeMode.SEQUENTIAL;
    }

    /**
     * A HAM merge of adapters that are merged quickly.
     *
     * @throws InputException as {@link #of(List, List, MergeSettings, Optional, MergeProgress)}
     */
    public static AdapterMerge of(
            List<AdapterFolder> adapters, List<Importance> alphas, HamParameters parameters, Optional<MergeMode> mode) {
        return of(adapters, alphas, MergeSettings.ham(parameters), mode, MergeProgress.SILENT);
    }

    /**
     * Merges.
     *
     * @param adapters at least one, each of another name
     * @param weights for ham, importance scalars that beat the adapters' own, empty to take the adapters' own; for other methods the weight
     *     of each, empty for 1
     * @param mode empty to find out. For ham: sequential when the adapters are the first tasks of one sequential run with groups, in order,
     *     and keep their own scalars; those of the groups were trained with them, so that other {@code weights} need an independent merge.
     *     For other methods it changes nothing but the record: sequential when every adapter says that it was trained so
     * @throws InputException when the adapters do not fit together
     */
    public static AdapterMerge of(
            List<AdapterFolder> adapters,
            List<Importance> weights,
            MergeSettings settings,
            Optional<MergeMode> mode,
            MergeProgress progress) {
        MergeInputs inputs = check(adapters, weights, settings, mode);
        PreparedMerge merge = PreparedMerge.of(
                settings,
                inputs.adapters().stream().map(AdapterFolder::adapter).toList(),
                inputs.weights(),
                inputs.trainedGroupAlphas(),
                progress);
        List<String> warnings = new ArrayList<>(inputs.warnings());
        warnings.addAll(FailureSignatures.of(merge));
        return new AdapterMerge(
                inputs.adapters(),
                inputs.weights(),
                merge,
                inputs.mode(),
                inputs.baseSha256(),
                inputs.head(),
                inputs.request(),
                warnings);
    }

    /**
     * All that a merge checks before it begins to work; parameters as in {@link #of(List, List, MergeSettings, Optional, MergeProgress)}.
     *
     * @throws InputException when the adapters do not fit together
     */
    public static MergeInputs check(
            List<AdapterFolder> adapters, List<Importance> weights, MergeSettings settings, Optional<MergeMode> mode) {
        boolean ham = settings.method() == MergeMethod.HAM;
        String parameter = ham ? "alpha" : "weight";
        if (adapters.isEmpty()) {
            throw new InputException("expected at least one adapter to merge, found none");
        }
        if (!weights.isEmpty() && weights.size() != adapters.size()) {
            throw InputException.parameter(
                    parameter,
                    "expected one value an adapter, " + adapters.size() + " in all, found " + weights.size());
        }
        requireDistinctNames(adapters);
        requireOneScheme(adapters);
        requireDeltas(adapters);
        List<String> warnings = new ArrayList<>();
        adapters.forEach(each -> warnings.addAll(each.warnings()));
        warnings.addAll(otherBases(adapters));
        warnings.addAll(savedPoolers(adapters));
        MergeMode effective =
                mode.orElseGet(() -> ham ? detect(adapters, !weights.isEmpty(), warnings) : recorded(adapters));
        if (mode.equals(Optional.of(MergeMode.SEQUENTIAL)) && !ham) {
            throw InputException.parameter(
                    "mode",
                    "expected the method ham for a sequential merge, whose groups adapters are trained beside, found "
                            + settings.method().optionName());
        }
        boolean usesTrainedGroups = usesTrainedGroups(settings.method(), effective);
        if (usesTrainedGroups && !weights.isEmpty()) {
            throw InputException.parameter(
                    "alpha",
                    "expected none, as a sequential merge takes the scalars that its run trained, found "
                            + weights.size() + "; leave alpha out, or merge independently (mode independent)");
        }
        List<Importance> used = weights.isEmpty()
                ? adapters.stream()
                        .map(each -> ham ? each.record().alpha() : Importance.ONE)
                        .toList()
                : weights;
        Optional<String> base = commonBase(adapters);
        List<List<Importance>> trained = usesTrainedGroups
                ? adapters.stream().map(each -> each.record().groupAlphas()).toList()
                : List.of();
        PreparedMerge.check(
                settings, adapters.stream().map(AdapterFolder::adapter).toList(), used, trained);
        return new MergeInputs(
                adapters,
                used,
                settings,
                effective,
                trained,
                base,
                commonHead(adapters, warnings),
                new MergeRequest(mode, !weights.isEmpty()),
                warnings);
    }

    /** Adapters of different bases have nothing to do with one another, though their shapes may agree. */
    private static List<String> otherBases(List<AdapterFolder> adapters) {
        Map<String, String> bases = new LinkedHashMap<>();
        for (AdapterFolder each : adapters) {
            each.origin()
                    .base()
                    .ifPresent(base -> bases.putIfAbsent(
                            base.replaceFirst("/+$", ""), each.adapter().name()));
        }
        return bases.size() < 2
                ? List.of()
                : List.of("the adapters were trained on bases of different names ("
                        + bases.entrySet().stream()
                                .map(each -> "'" + each.getValue() + "' on " + each.getKey())
                                .collect(Collectors.joining(", "))
                        + " by base_model_name_or_path); unless these are one base, their merge means nothing");
    }

    private static List<String> savedPoolers(List<AdapterFolder> adapters) {
        return adapters.stream()
                .filter(each -> each.origin().pooler())
                .map(each -> "the pooler that PEFT saved along with '"
                        + each.adapter().name()
                        + "' is left out; give the base, which tells whether its classifier reads one")
                .toList();
    }

    /** PEFT's {@code bias} stores what the bias is, not what was added to it; DoRA scales the weight itself. */
    private static void requireDeltas(List<AdapterFolder> adapters) {
        for (AdapterFolder each : adapters) {
            each.adapter().needsBase().ifPresent(kind -> {
                throw new InputException(
                        each.path(), "is " + kind + ", whose delta ham takes with the base at hand; give the base too");
            });
            each.adapter().biases().forEach((name, change) -> {
                if (change.full()) {
                    throw new InputException(
                            each.path(),
                            "has the whole '" + name
                                    + "' (PEFT's bias or modules_to_save), whose delta needs the base; give that too");
                }
            });
        }
    }

    private static void requireDistinctNames(List<AdapterFolder> adapters) {
        Set<String> names = new HashSet<>();
        for (AdapterFolder each : adapters) {
            if (!names.add(each.adapter().name())) {
                throw new InputException(
                        each.path(),
                        "expected adapters of different names, found two called '"
                                + each.adapter().name() + "'; rename one folder");
            }
        }
    }

    /** One layer under two names would count as two layers, as would a fused one beside a part of it. */
    private static void requireOneScheme(List<AdapterFolder> adapters) {
        Map<LayerName, String> weights = new HashMap<>();
        Map<LayerName, String> biases = new HashMap<>();
        Set<String> met = new HashSet<>();
        for (AdapterFolder each : adapters) {
            each.adapter().layers().keySet().stream()
                    .filter(met::add)
                    .forEach(name -> requireOneName(each, name, weights));
            each.adapter().biases().keySet().stream()
                    .filter(name -> name.endsWith(".bias") && met.add(name))
                    .forEach(name -> requireOneName(each, name, biases));
        }
    }

    private static void requireOneName(AdapterFolder adapter, String name, Map<LayerName, String> names) {
        Optional<LayerName> layer = LayerName.parse(name);
        if (layer.isEmpty()) {
            return;
        }
        String known = names.putIfAbsent(layer.get(), name);
        if (known != null && !known.equals(name)) {
            throw new InputException(
                    adapter.path(),
                    "names a layer '" + name + "' that is called '" + known
                            + "' before; give the base too, whose names both then get");
        }
        overlapping(layer.get())
                .map(names::get)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(other -> {
                    throw new InputException(
                            adapter.path(),
                            "changes '" + name + "', which overlaps with '" + other
                                    + "' that is changed before, the one being a part of the other; merge adapters that all"
                                    + " change the fused layer, or all its parts");
                });
    }

    /** The fused layer of query, key and value that a layer is a part of, or its parts. */
    private static Stream<LayerName> overlapping(LayerName layer) {
        Stream<Part> parts = layer.part() == Part.QKV
                ? Stream.of(Part.QUERY, Part.KEY, Part.VALUE)
                : layer.part().third() >= 0 ? Stream.of(Part.QKV) : Stream.of();
        return parts.map(part -> new LayerName(part, layer.block()));
    }

    private static MergeMode recorded(List<AdapterFolder> adapters) {
        return adapters.stream().allMatch(each -> each.record().mode() == MergeMode.SEQUENTIAL)
                ? MergeMode.SEQUENTIAL
                : MergeMode.INDEPENDENT;
    }

    private static MergeMode detect(List<AdapterFolder> adapters, boolean otherAlphas, List<String> warnings) {
        boolean anySequential = false;
        boolean inOrder = true;
        for (int i = 0; i < adapters.size(); i++) {
            HamRecord record = adapters.get(i).record();
            boolean sequential = record.mode() == MergeMode.SEQUENTIAL;
            anySequential |= sequential;
            inOrder &= sequential
                    && record.task() == i
                    && (i == 0 || !record.groupAlphas().isEmpty());
        }
        if (anySequential && !inOrder) {
            warnings.add(
                    "these adapters were trained one beside or after the other, but are not the tasks 0, 1, 2, ... of one"
                            + " run with groups; they are merged as if trained independently");
        }
        if (inOrder && otherAlphas) {
            warnings.add(
                    "alpha replaces the scalars that were trained with these adapters; they are merged as if trained"
                            + " independently");
        }
        return inOrder && !otherAlphas ? MergeMode.SEQUENTIAL : MergeMode.INDEPENDENT;
    }

    private static Optional<String> commonBase(List<AdapterFolder> adapters) {
        Optional<String> common = Optional.empty();
        for (AdapterFolder each : adapters) {
            Optional<String> base = each.record().baseSha256();
            if (common.isPresent() && base.isPresent() && !common.equals(base)) {
                throw new InputException(
                        each.path(),
                        "was trained on another base than the adapters before it: expected hash " + common.get()
                                + ", found " + base.get());
            }
            common = common.or(() -> base);
        }
        return common;
    }

    private static boolean namesClasses(List<AdapterFolder> adapters) {
        return adapters.stream().noneMatch(each -> each.record().classes().isEmpty());
    }

    private static Set<String> classes(List<AdapterFolder> adapters) {
        Set<String> classes = new HashSet<>();
        adapters.forEach(each -> classes.addAll(each.record().classes()));
        return classes;
    }

    /** An analytic head is cumulative: classes that only adapters outside this merge were trained for are left out of it. */
    private static Optional<NamedHead> commonHead(List<AdapterFolder> adapters, List<String> warnings) {
        List<NamedHead> heads =
                adapters.stream().flatMap(each -> each.head().stream()).toList();
        if (heads.isEmpty()) {
            return Optional.empty();
        }
        if (heads.size() < adapters.size()) {
            warnings.add(
                    "only " + heads.size() + " of " + adapters.size()
                            + " adapters have a head, so the merge has none; a model built from it keeps the base's classifier");
            return Optional.empty();
        }
        try {
            NamedHead joined = HeadStitching.join(heads);
            return Optional.of(namesClasses(adapters) ? HeadStitching.only(classes(adapters), joined) : joined);
        } catch (IllegalArgumentException e) {
            warnings.add("the heads do not fit together (" + e.getMessage()
                    + "), so the merge has none; a model built from it keeps the base's classifier");
            return Optional.empty();
        }
    }
}
