package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.checkpoint.LinearLayer;
import ham.merge.head.HeadStitching;
import ham.merge.head.NamedHead;
import ham.merge.method.HamMerge;
import ham.merge.method.HamParameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The HAM merge of adapter folders, in the order given.
 *
 * @param adapters what was merged
 * @param alphas the importance scalar of each
 * @param merge groups, steps and deltas
 * @param mode how the adapters came about, and so which scalars the groups had
 * @param baseSha256 hash of the base that they share, empty when none of them says
 * @param head one head over all classes, empty when there is none
 * @param warnings what a user should know, one sentence each
 */
public record AdapterMerge(
        List<AdapterFolder> adapters,
        List<Double> alphas,
        HamMerge merge,
        MergeMode mode,
        Optional<String> baseSha256,
        Optional<NamedHead> head,
        List<String> warnings) {
    public AdapterMerge {
        adapters = List.copyOf(adapters);
        alphas = List.copyOf(alphas);
        warnings = List.copyOf(warnings);
    }

    /**
     * Merges.
     *
     * @param adapters at least one, each of another name
     * @param alphas importance scalars that beat the adapters' own; empty to take the adapters' own
     * @param mode empty to find out: sequential when the adapters are the first tasks of one sequential run, in order, and keep their own
     *     scalars; those of the groups were trained with them, so that other {@code alphas} need an independent merge
     * @throws InputException when the adapters do not fit together
     */
    public static AdapterMerge of(
            List<AdapterFolder> adapters, List<Double> alphas, HamParameters parameters, Optional<MergeMode> mode) {
        if (adapters.isEmpty()) {
            throw new InputException("expected at least one adapter to merge, found none");
        }
        if (!alphas.isEmpty() && alphas.size() != adapters.size()) {
            throw new InputException(
                    "--alpha: expected one value an adapter, " + adapters.size() + " in all, found " + alphas.size());
        }
        requireDistinctNames(adapters);
        requireOneScheme(adapters);
        List<String> warnings = new ArrayList<>();
        MergeMode effective = mode.orElseGet(() -> detect(adapters, !alphas.isEmpty(), warnings));
        if (effective == MergeMode.SEQUENTIAL && !alphas.isEmpty()) {
            throw new InputException("--alpha: a sequential merge takes the scalars that its run trained; leave --alpha"
                    + " out, or merge independently (--mode independent)");
        }
        List<Double> used = alphas.isEmpty()
                ? adapters.stream().map(each -> each.record().alpha()).toList()
                : alphas;
        HamMerge merge = new HamMerge(parameters);
        for (int i = 0; i < adapters.size(); i++) {
            AdapterFolder each = adapters.get(i);
            if (effective == MergeMode.SEQUENTIAL) {
                merge.add(
                        LoraAdapter.load(each.adapter()),
                        used.get(i),
                        each.record().groupAlphas());
            } else {
                merge.add(LoraAdapter.load(each.adapter()), used.get(i));
            }
        }
        return new AdapterMerge(
                adapters, used, merge, effective, commonBase(adapters), commonHead(adapters, warnings), warnings);
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

    /** One layer under two names would count as two layers. */
    private static void requireOneScheme(List<AdapterFolder> adapters) {
        Map<LinearLayer, String> names = new HashMap<>();
        for (AdapterFolder each : adapters) {
            for (String name : each.adapter().layers().keySet()) {
                Optional<LinearLayer> layer = LinearLayer.parse(name.replaceFirst("\\.weight$", ""));
                String known =
                        layer.map(found -> names.putIfAbsent(found, name)).orElse(null);
                if (known != null && !known.equals(name)) {
                    throw new InputException(
                            each.path(),
                            "names a layer '" + name + "' that is called '" + known
                                    + "' before; give the base (--base), whose names both then get");
                }
            }
        }
    }

    private static MergeMode detect(List<AdapterFolder> adapters, boolean otherAlphas, List<String> warnings) {
        boolean anySequential = false;
        boolean inOrder = true;
        for (int i = 0; i < adapters.size(); i++) {
            HamRecord record = adapters.get(i).record();
            boolean sequential = record.mode() == MergeMode.SEQUENTIAL;
            anySequential |= sequential;
            inOrder &= sequential && record.task() == i;
        }
        if (anySequential && !inOrder) {
            warnings.add(
                    "these adapters were trained one beside the other, but are not the tasks 0, 1, 2, ... of one run;"
                            + " they are merged as if trained independently");
        }
        if (inOrder && otherAlphas) {
            warnings.add(
                    "--alpha replaces the scalars that were trained with these adapters; they are merged as if trained"
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
            return Optional.of(HeadStitching.join(heads));
        } catch (IllegalArgumentException e) {
            warnings.add("the heads do not fit together (" + e.getMessage()
                    + "), so the merge has none; a model built from it keeps the base's classifier");
            return Optional.empty();
        }
    }
}
