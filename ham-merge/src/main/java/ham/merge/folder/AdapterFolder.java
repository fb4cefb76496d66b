package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.adapter.AdapterSource;
import ham.merge.adapter.BiasChange;
import ham.merge.adapter.LayerShape;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Place;
import ham.merge.head.HeadFile;
import ham.merge.head.NamedHead;
import ham.merge.peft.PeftAdapter;
import ham.merge.peft.PeftReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 */
public record AdapterFolder(
        Path path, AdapterSource adapter, HamRecord record, Optional<NamedHead> head, Supplier<String> hash) {
    /** Name of the head's file, in adapter and merge folders. */
    public static final String HEAD = "head.safetensors";

    /**
     * Checks that record and adapter fit together.
     *
     * @throws InputException when the record has scalars for other layers than the adapter changes
     */
    public AdapterFolder {
        if (record.alpha().isPerLayer()
                && !record.alpha().layers().keySet().equals(adapter.layers().keySet())) {
            throw new InputException(
                    path,
                    HamRecord.FILE + ", layer_alphas: expected a number for each of the "
                            + adapter.layers().size() + " layers of the adapter, found "
                            + record.alpha().layers().keySet());
        }
    }

    /**
     * Opens an adapter folder; the adapter is named after the folder.
     *
     * @throws InputException when a file is missing or damaged or the adapter is no plain LoRA
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
        return new AdapterFolder(
                folder,
                adapter,
                record,
                Files.exists(head) ? Optional.of(HeadFile.read(head)) : saved(folder, adapter, record),
                adapter::sha256);
    }

    private static Optional<NamedHead> saved(Path folder, PeftAdapter adapter, HamRecord record) {
        return adapter.classifier()
                .map(head -> new NamedHead(head, SavedClassNames.of(folder, record, adapter.name(), head.classes())));
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
        adapter.layers().forEach((name, layer) -> {
            Place target = resolve(base, name);
            requireShape(base, "weight '" + name + "'", target, List.of((long) layer.outputs(), (long) layer.inputs()));
            requireApart(places, target, "adapts the weight '");
            layers.put(target.name(), layer);
            ownNames.put(target.name(), name);
        });
        return new AdapterFolder(
                path,
                new BasedAdapter(adapter, ownNames, layers, biases(base)),
                record.renamed(name -> resolve(base, name).name()),
                head,
                hash);
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
        List<Long> expected = base.shape(target.name());
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
