package ham.merge.checkpoint;

import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a checkpoint folder has in place of {@code model.safetensors}, and what to do about it. */
public final class OtherWeights {
    private OtherWeights() {}

    /**
     * Refuses a folder that has weights of another format, or under another name.
     *
     * @throws InputException when there are some, with what they are
     */
    static void refuse(Path folder) {
        find(folder).ifPresent(problem -> {
            throw new InputException(folder.resolve("model.safetensors"), problem);
        });
    }

    private static Optional<String> find(Path folder) {
        List<String> names = names(folder);
        for (String name : names) {
            if (name.matches("(pytorch_model.*|model|.*checkpoint.*)\\.(bin|pt|pth|ckpt)(\\.index\\.json)?")
                    || name.matches(".*\\.(pt|pth|ckpt)|pytorch_model\\.bin.*")) {
                return Optional.of("expected a safetensors file, found only " + name
                        + ", a pickle, which can run code when it is read; load the model with transformers or timm"
                        + " and save it again, which writes safetensors");
            }
        }
        for (String name : names) {
            if (name.matches("model\\..+\\.safetensors(\\.index\\.json)?")) {
                return Optional.of("expected a safetensors file, found only " + name
                        + ", a variant; if it is what you mean, copy it to model.safetensors");
            }
        }
        for (String name : names) {
            if (name.matches(".*\\.(msgpack|h5|gguf|npz|onnx)")) {
                return Optional.of("expected a safetensors file, found only " + name
                        + ", weights of another framework; convert them with transformers (save_pretrained)");
            }
        }
        return Optional.empty();
    }

    /**
     * Refuses the folder of a whole repository in a Hugging Face cache, whose files are one level below.
     *
     * @throws InputException when the folder is one, with the folder to give
     */
    public static void refuseCache(Path folder) {
        Path snapshots = folder.resolve("snapshots");
        if (Files.isDirectory(snapshots) && !Files.exists(folder.resolve("config.json"))) {
            throw new InputException(
                    folder,
                    "is a repository in a Hugging Face cache; give one of its snapshots, "
                            + names(snapshots).stream()
                                    .findFirst()
                                    .map(snapshots::resolve)
                                    .orElse(snapshots));
        }
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(each -> String.valueOf(each.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw InputException.unreadable(folder, e);
        }
    }
}
