package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.LayerName;
import ham.merge.encoder.Encoder;
import ham.merge.encoder.Part;
import ham.merge.encoder.Place;
import ham.merge.head.HeadFeature;
import ham.merge.head.HeadFile;
import ham.merge.head.NamedHead;
import ham.merge.peft.PeftAdapter;
import ham.merge.peft.PeftReader;
import ham.merge.record.HamRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * An adapter on disk: PEFT's two files and, where ham trained it, {@code ham.json} and {@code head.safetensors}.
 *
 * @param path the folder
 * @param adapter the factors, read when they are asked for
 * @param record what {@code ham.json} says, or its defaults
 * @param head the task's head, if there is one: {@code head.safetensors}, else the classifier that PEFT saved along
 * @param hash gives the hash of the adapter's tensors ({@link ham.merge.safetensors.TensorHash}), computed once, when first asked for
 * @param origin what PEFT's files say besides
 * @param warnings what a user should know, one sentence each
 */
public record AdapterFolder(
        Path path,
        AdapterSource adapter,
        HamRecord record,
        Optional<NamedHead> head,
        Supplier<String> hash,
        AdapterOrigin origin,
        List<String> warnings) {
    /** Name of the head's file, in adapter and merge folders. */
    public static final String HEAD = "head.safetensors";

    /**
     * Checks that record and adapter fit together.
     *
     * @throws InputException when the record has scalars for other layers than the adapter changes
     */
    public AdapterFolder {
        warnings = List.copyOf(warnings);
        if (record.alpha().isPerLayer()
                && !record.alpha().layers().keySet().equals(adapter.layers().keySet())) {
            throw new InputException(
                    path,
                    HamRecord.FILE + ", layer_alphas: expected a number for each of the "
                            + adapter.layers().size() + " layers of the adapter, found "
                            + record.alpha().layers().keySet());
        }
    }

    /** An adapter of which nothing else is known. */
    public AdapterFolder(
            Path path, AdapterSource adapter, HamRecord record, Optional<NamedHead> head, Supplier<String> hash) {
        this(path, adapter, record, head, hash, AdapterOrigin.UNKNOWN, List.of());
    }

    /**
     * Opens an adapter folder; the adapter is named after the folder.
     *
     * @throws InputException when a file is missing or damaged or the adapter is of a kind that cannot be merged
     */
    public static AdapterFolder read(Path folder) {
        return read(folder, String.valueOf(folder.toAbsolutePath().normalize().getFileName()));
    }

    /**
     * As {@link #read(Path)}, for an adapter of another name than its folder.
     *
     * @throws InputException as {@link #read(Path)}
     */
    public static AdapterFolder read(Path folder, String name) {
        PeftAdapter adapter = PeftReader.read(folder, name);
        HamRecord record = HamRecord.read(folder);
        Path head = folder.resolve(HEAD);
        boolean own = Files.exists(head);
        Optional<NamedHead> named = own ? Optional.of(HeadFile.read(head)) : saved(folder, adapter, record);
        return new AdapterFolder(
                folder,
                adapter,
                record,
                named,
                adapter::sha256,
                new AdapterOrigin(adapter.baseName(), adapter.classifierModule(), adapter.savedPooler()),
                own
                        ? List.of()
                        : named.map(each -> unnamed(adapter.name(), each)).orElse(List.of()));
    }

    private static Optional<NamedHead> saved(Path folder, PeftAdapter adapter, HamRecord record) {
        return adapter.classifier()
                .map(head -> new NamedHead(
                        head,
                        SavedClassNames.of(folder, record, adapter.name(), head.classes()),
                        0,
                        HeadFeature.CLASSIFIER));
    }

    private static List<String> unnamed(String adapter, NamedHead head) {
        return SavedClassNames.areNone(adapter, head.classes())
                ? List.of("nothing names the " + head.head().classes() + " classes of the classifier of '" + adapter
                        + "', so they are called " + head.classes().get(0) + " and so on; give their names (labels)")
                : List.of();
    }

    /**
     * Names for adapters: that of the folder, where several folders have the same with as many folders above it as tell them apart
     * ({@code cats-final} and {@code dogs-final}).
     *
     * @return one name a folder; equal ones only where folders are the same
     */
    public static List<String> names(List<Path> folders) {
        return names(folders, Set.of());
    }

    /**
     * As {@link #names(List)}, of folders that come to adapters that have names.
     *
     * @param taken names that none of these gets, but where its whole path is one of them
     */
    public static List<String> names(List<Path> folders, Set<String> taken) {
        List<Path> absolute =
                folders.stream().map(each -> each.toAbsolutePath().normalize()).toList();
        return absolute.stream()
                .map(each -> {
                    int parts = 1;
                    while (parts < each.getNameCount() && isTaken(absolute, each, parts, taken)) {
                        parts++;
                    }
                    return parts >= each.getNameCount() && isTaken(absolute, each, parts, taken)
                            ? end(each, 1)
                            : end(each, parts);
                })
                .toList();
    }

    private static boolean isTaken(List<Path> folders, Path folder, int parts, Set<String> taken) {
        return taken.contains(end(folder, parts))
                || folders.stream()
                        .anyMatch(other ->
                                !other.equals(folder) && end(other, parts).equals(end(folder, parts)));
    }

    private static String end(Path folder, int parts) {
        int count = folder.getNameCount();
        return count == 0
                ? folder.toString()
                : folder.subpath(Math.max(0, count - parts), count)
                        .toString()
                        .replace('/', '-')
                        .replace('\\', '-');
    }

    /**
     * Adapters whose classes have other names, which beat those that the files give.
     *
     * @param labels one name for every class of the adapters' heads, in the order of the adapters; analytic heads, which are cumulative, have
     *     their names already
     * @throws InputException when there are more or fewer names than classes, or one twice
     */
    public static List<AdapterFolder> labelled(List<AdapterFolder> adapters, List<String> labels) {
        int classes = adapters.stream()
                .flatMap(each -> each.head().stream())
                .mapToInt(head -> head.head().classes())
                .sum();
        if (classes != labels.size()) {
            throw InputException.parameter(
                    "labels",
                    "expected a name for each of the " + classes + " classes of the adapters' heads, found "
                            + labels.size());
        }
        if (new HashSet<>(labels).size() != labels.size()) {
            throw InputException.parameter("labels", "expected another name for every class, found one twice");
        }
        List<AdapterFolder> labelled = new ArrayList<>();
        int first = 0;
        for (AdapterFolder each : adapters) {
            int count = each.head().map(head -> head.head().classes()).orElse(0);
            labelled.add(each.withClasses(labels.subList(first, first + count)));
            first += count;
        }
        return labelled;
    }

    private AdapterFolder withClasses(List<String> names) {
        if (head.isEmpty()) {
            return this;
        }
        return new AdapterFolder(
                path,
                adapter,
                record.withClasses(names),
                head.map(each -> each.named(names)),
                hash,
                origin,
                warnings.stream()
                        .filter(each -> !each.startsWith("nothing names"))
                        .toList());
    }

    /** Hash of the adapter's tensors. */
    public String sha256() {
        return hash.get();
    }

    /**
     * The same adapter with the checkpoint's names; biases that it replaces become deltas.
     *
     * @param base what the adapter is to be added to
     * @param baseSha256 the hash of {@code base}
     * @throws InputException when it was trained on another base, or changes a weight or bias that the base lacks or has in another shape
     */
    public AdapterFolder onto(Checkpoint base, String baseSha256) {
        record.baseSha256().filter(trained -> !trained.equals(baseSha256)).ifPresent(trained -> {
            throw new InputException(
                    path,
                    "was trained on another base: expected the checkpoint with hash " + trained + ", found "
                            + base.directory() + " with hash " + baseSha256);
        });
        if (adapter.fanInFanOut()) {
            throw new InputException(
                    path,
                    "expected an adapter for weights [out, in] like those of the base " + base.directory()
                            + ", found fan_in_fan_out = true; PEFT takes it for false on such layers, so set it so");
        }
        SortedMap<String, String> ownNames = new TreeMap<>();
        SortedMap<String, LayerShape> layers = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        List<String> passedOver = new ArrayList<>();
        adapter.layers().forEach((name, layer) -> {
            if (isPooler(name) && base.resolve(name).isEmpty()) {
                passedOver.add(name);
                return;
            }
            Place target = resolve(base, name);
            requireShape(base, "weight '" + name + "'", target, List.of((long) layer.outputs(), (long) layer.inputs()));
            requireApart(places, target, "adapts the weight '");
            layers.put(target.name(), layer);
            ownNames.put(target.name(), name);
        });
        if (layers.isEmpty()) {
            throw new InputException(path, "adapts only the pooler, which image classification does not read");
        }
        Encoder encoder = base.readBy(head).encoder();
        if (origin.pooler() && encoder.readsPooler()) {
            throw new InputException(
                    path,
                    "expected an adapter that leaves the pooler as in the base or adapts it by factors, as the classifier"
                            + " of " + base.directory() + " reads it, found a whole one (modules_to_save); train it"
                            + " with the pooler's dense among target_modules");
        }
        List<String> more = new ArrayList<>(warnings);
        if (!passedOver.isEmpty()) {
            more.add("the adapter '" + adapter.name() + "' adapts the pooler, which the base " + base.directory()
                    + " does not have and image classification does not read; it is left out");
        }
        head.ifPresent(each -> {
            if (each.head().features() != encoder.width()) {
                more.add("the head of '" + adapter.name() + "' is for "
                        + each.head().features() + " features, the base " + base.directory() + " gives "
                        + encoder.width());
            }
        });
        return new AdapterFolder(
                path,
                new BasedAdapter(adapter, ownNames, layers, biases(base), base::layer),
                record.renamed(name -> resolve(base, name).name()),
                head,
                hash,
                origin.withoutPooler(),
                more);
    }

    private static boolean isPooler(String name) {
        return LayerName.parse(name)
                .filter(layer -> layer.part() == Part.POOLER)
                .isPresent();
    }

    private SortedMap<String, BiasChange> biases(Checkpoint base) {
        SortedMap<String, BiasChange> deltas = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        adapter.biases().forEach((name, change) -> {
            Place target = resolve(base, name);
            requireShape(base, "bias '" + name + "'", target, List.of((long) change.values().length));
            requireApart(places, target, "changes the bias '");
            deltas.put(target.name(), change.full() ? minus(change, base.floats(target.name())) : change);
        });
        return deltas;
    }

    private static BiasChange minus(BiasChange full, float[] base) {
        float[] delta = full.values().clone();
        for (int i = 0; i < delta.length; i++) {
            delta[i] -= base[i];
        }
        return new BiasChange(delta, false);
    }

    private Place resolve(Checkpoint base, String name) {
        return base.resolve(name)
                .orElseThrow(() -> new InputException(
                        path, "adapts '" + name + "', which the base " + base.directory() + " does not have"));
    }

    private void requireShape(Checkpoint base, String what, Place target, List<Long> found) {
        List<Long> expected = base.layerShape(target.name());
        if (!expected.equals(found)) {
            throw new InputException(
                    path,
                    what + ": expected a delta " + expected + " for the base " + base.directory() + ", found " + found);
        }
    }

    private void requireApart(List<Place> places, Place target, String does) {
        if (places.stream().anyMatch(target::overlaps)) {
            throw new InputException(path, does + target + "' twice, under two names");
        }
        places.add(target);
    }
}
