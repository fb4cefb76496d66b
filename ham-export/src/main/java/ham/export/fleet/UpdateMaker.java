package ham.export.fleet;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import ham.common.Sha256;
import ham.export.OnnxFiles;
import ham.export.fleet.UpdateContent.FileChange;
import ham.export.patch.ModelPatch;
import ham.export.patch.PatchedFile;
import ham.export.proto.ModelProto;
import ham.export.proto.StringStringEntryProto;
import ham.export.proto.TensorProto;
import ham.merge.InputException;
import ham.merge.io.Outputs;
import ham.merge.io.TemporaryFiles;
import ham.runtime.onnx.ExternalData;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes updates: of a patch that is there, or of two models. */
public final class UpdateMaker {
    private UpdateMaker() {}

    /**
     * An update of one patch between models without external data.
     *
     * @param key signs it; empty for none
     * @param after the update before it; empty for the first of a chain
     * @throws InputException when the update before it makes another model than the patch is for
     */
    public static Update ofPatch(
            Path patch, Optional<PrivateKey> key, Optional<Update> after, Path output, boolean force) {
        PatchedFile patched = ModelPatch.read(patch);
        try {
            FileChange change = new FileChange("", "", Sha256.of(patch), patched.resultSha256());
            return write(patched.baseSha256(), List.of(change), List.of(patch), key, after, output, force);
        } catch (IOException e) {
            throw InputException.unreadable(patch, e);
        }
    }

    /**
     * An update that turns one model into another, with external data or without. Data that changes gets a name of its own, which the model then holds.
     *
     * @param from the model that devices have
     * @param to what it becomes
     * @throws InputException also when data that changes does not lie beside the deployed model
     */
    public static Update ofModels(
            Path from, Path to, Optional<PrivateKey> key, Optional<Update> after, Path output, boolean force) {
        Outputs.refuseExisting(output, force);
        Path folder = null;
        try {
            folder = TemporaryFiles.folder("ham-update-");
            List<FileChange> changes = new ArrayList<>();
            List<Path> patches = new ArrayList<>();
            Map<String, String> renamed = data(from, to, folder, changes, patches);
            Path model = to;
            if (!renamed.isEmpty()) {
                model = folder.resolve("model.onnx");
                OnnxFiles.write((ModelProto) renamed(OnnxFiles.read(to), renamed), model);
            }
            Path patch = folder.resolve("model.hampatch");
            boolean whole = ExternalData.locations(from).isEmpty()
                    && ExternalData.locations(model).isEmpty();
            PatchedFile patched =
                    whole ? ModelPatch.write(from, model, patch) : ModelPatch.writeBytes(from, model, patch);
            changes.add(new FileChange("", "", Sha256.of(patch), patched.resultSha256()));
            patches.add(patch);
            return write(patched.baseSha256(), changes, patches, key, after, output, force);
        } catch (IOException e) {
            throw InputException.unwritable(output, e);
        } finally {
            delete(folder);
        }
    }

    /** Adds the data that is not on the devices yet; gives its new names by those that it has. */
    private static Map<String, String> data(
            Path from, Path to, Path folder, List<FileChange> changes, List<Path> patches) throws IOException {
        Set<String> there = ExternalData.locations(from);
        Map<String, String> renamed = new HashMap<>();
        for (String location : ExternalData.locations(to)) {
            Path content = to.resolveSibling(location);
            String hash = Sha256.of(content);
            boolean same = there.contains(location)
                    && Sha256.of(from.resolveSibling(location)).equals(hash);
            if (same) {
                continue;
            }
            // The data that it takes the place of, or else any: what is equal is copied from it.
            String base = there.contains(location) ? location : nearest(location, there);
            requireBeside(from, base);
            String name = DataNames.of(base.isEmpty() ? content.getFileName().toString() : base, hash);
            Path patch = folder.resolve(changes.size() + ".hampatch");
            PatchedFile patched =
                    ModelPatch.writeBytes(base.isEmpty() ? from : from.resolveSibling(base), content, patch);
            changes.add(new FileChange(base, name, Sha256.of(patch), patched.resultSha256()));
            patches.add(patch);
            renamed.put(location, name);
        }
        return renamed;
    }

    /** Updates name files beside the model, and no others. */
    private static void requireBeside(Path from, String location) {
        if (location.contains("/") || location.contains("\\")) {
            throw new InputException(
                    from,
                    "expected external data beside the model, found '" + location
                            + "' in another folder; store the model with its data beside it");
        }
    }

    private static String nearest(String location, Set<String> there) {
        return there.stream()
                .filter(each -> DataNames.stem(each).equals(DataNames.stem(location)))
                .findFirst()
                .or(() -> there.stream().findFirst())
                .orElse("");
    }

    /** The same message with other locations of external data, wherever tensors stand in it. */
    private static Message renamed(Message message, Map<String, String> names) {
        Message.Builder builder = message.toBuilder();
        if (message instanceof TensorProto tensor) {
            List<StringStringEntryProto> entries = new ArrayList<>();
            for (StringStringEntryProto entry : tensor.getExternalDataList()) {
                String name = entry.getKey().equals("location") ? names.get(entry.getValue()) : null;
                entries.add(
                        name == null ? entry : entry.toBuilder().setValue(name).build());
            }
            return tensor.toBuilder()
                    .clearExternalData()
                    .addAllExternalData(entries)
                    .build();
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.getKey().isRepeated()) {
                List<?> values = (List<?>) field.getValue();
                for (int i = 0; i < values.size(); i++) {
                    builder.setRepeatedField(field.getKey(), i, renamed((Message) values.get(i), names));
                }
            } else {
                builder.setField(field.getKey(), renamed((Message) field.getValue(), names));
            }
        }
        return builder.build();
    }

    private static Update write(
            String base,
            List<FileChange> changes,
            List<Path> patches,
            Optional<PrivateKey> key,
            Optional<Update> after,
            Path output,
            boolean force) {
        after.filter(before -> !before.content().result().equals(base)).ifPresent(before -> {
            throw new InputException(
                    before.file(),
                    "expected the update that makes the model of SHA-256 " + base + ", found that it makes "
                            + before.content().result());
        });
        String result = changes.get(changes.size() - 1).resultSha256();
        UpdateContent content = new UpdateContent(
                UpdateContent.FORMAT, after.map(Update::sha256).orElse(""), base, result, changes);
        return Update.write(content, key, patches, output, force);
    }

    private static void delete(Path folder) {
        try {
            if (folder != null) {
                Outputs.deleteTree(folder);
            }
        } catch (IOException e) {
            // Left-over temporary files harm nobody.
        }
    }
}
