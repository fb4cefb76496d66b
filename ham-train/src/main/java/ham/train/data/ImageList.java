package ham.train.data;

import ham.merge.InputException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Images of a list: where each lies, starting at the list's folder, and its class. */
final class ImageList {
    private static final List<String> PATH = List.of(
            "path",
            "file_name",
            "filename",
            "file",
            "filepath",
            "file_path",
            "image_path",
            "image",
            "img",
            "image_file",
            "image_id",
            "id");
    private static final List<String> LABEL = List.of(
            "label",
            "class",
            "labels",
            "class_name",
            "classname",
            "label_name",
            "category",
            "target",
            "class_id",
            "fine_label",
            "species");

    private ImageList() {}

    /**
     * Reads a list.
     *
     * @throws InputException when it is damaged, in another encoding, or does not say path and class of every image
     */
    static List<ListedImage> read(Path list) {
        return ListRows.read(list, "a list of images").stream()
                .map(ImageList::image)
                .toList();
    }

    private static ListedImage image(ListRow row) {
        String path = row.example(PATH, "the path of an image");
        String label = row.label(LABEL, "a class");
        Path list = row.list();
        if (path.matches("(?i)[a-z][a-z0-9+.-]+://.*")) {
            throw new InputException(
                    list, row.where() + ": expected a path, found the address " + path + "; fetch the images first");
        }
        try {
            Path file = list.resolveSibling(path);
            if (!Files.exists(file) && path.indexOf('\\') >= 0) {
                file = list.resolveSibling(path.replace('\\', '/'));
            }
            return new ListedImage(file.normalize(), label, row.partName(), row.where());
        } catch (InvalidPathException e) {
            throw new InputException(list, row.where() + ": expected a path, found '" + path + "'", e);
        }
    }
}
