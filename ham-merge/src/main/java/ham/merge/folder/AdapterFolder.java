package ham.merge.folder;

import ham.merge.InputException;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Place;
import ham.merge.head.HeadFile;
import ham.merge.head.NamedHead;
import ham.merge.peft.PeftReader;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.safetensors.TensorHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An adapter on disk: PEFT's two files and, where ham trained it, {@code ham.json} and {@code head.safetensors}.
 *
 * @param path the folder
 * @param adapter the factors
 * @param record what {@code ham.json} says, or its defaults
 * @param head the task's head, if there is one
 * @param sha256 hash of the adapter's tensors ({@link TensorHash})
 */
public record AdapterFolder(Path path, LoraAdapter adapter, HamRecord record, Optional<NamedHead> head, String sha256) {
    /** Name of the head's file, in adapter and merge folders. */
    public static final String HEAD = "head.safetensors";

    /**
     * Reads an adapter folder; the adapter is named after the folder.
     *
     * @throws InputException when a file is missing or damaged or the adapter is no plain LoRA
     */
    public static AdapterFolder read(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        LoraAdapter adapter = PeftReader.read(folder, String.valueOf(absolute.getFileName()));
        Path head = folder.resolve(HEAD);
        return new AdapterFolder(
                folder,
                adapter,
                HamRecord.read(folder),
                Files.exists(head) ? Optional.of(HeadFile.read(head)) : Optional.empty(),
                TensorHash.sha256(SafetensorsFile.open(PeftReader.weights(folder))));
    }

    /**
     * The same adapter with the checkpoint's names.
     *
     * @param base what the adapter is to be added to
     * @param baseSha256 the hash of {@code base}
     * @throws InputException when it was trained on another base, or adapts a weight that the base lacks or has in another shape
     */
    public AdapterFolder onto(Checkpoint base, String baseSha256) {
        record.baseSha256().filter(trained -> !trained.equals(baseSha256)).ifPresent(trained -> {
            throw new InputException(
                    path,
                    "was trained on another base: expected the checkpoint with hash " + trained + ", found "
                            + base.directory() + " with hash " + baseSha256);
        });
        SortedMap<String, LoraFactors> renamed = new TreeMap<>();
        List<Place> places = new ArrayList<>();
        adapter.factors().forEach((name, factors) -> {
            Place target = base.resolve(name)
                    .orElseThrow(() -> new InputException(
                            path, "adapts '" + name + "', which the base " + base.directory() + " does not have"));
            List<Long> expected = base.shape(target.name());
            List<Long> found = List.of((long) factors.outputs(), (long) factors.inputs());
            if (!expected.equals(found)) {
                throw new InputException(
                        path,
                        "weight '" + name + "': expected a delta " + expected + " for the base " + base.directory()
                                + ", found " + found);
            }
            if (places.stream().anyMatch(target::overlaps)) {
                throw new InputException(path, "adapts the weight '" + target + "' twice, under two names");
            }
            places.add(target);
            renamed.put(target.name(), factors);
        });
        return new AdapterFolder(path, new LoraAdapter(adapter.name(), renamed), record, head, sha256);
    }
}
