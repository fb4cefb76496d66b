package ham.train.data;

import ham.merge.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which files of a folder are images, and which folders hold what: names as tools and operating systems leave them. */
final class ImageNames {
    /** Also of formats that are not read, so that they are refused by name and not passed over. */
    static final String NAME = "(?i:.*\\.(?:png|jpe?g|jpe|jfif|bmp|gif|p[pgbn]m|tiff?|webp|avif|hei[cf]|jxl|jp2))";

    private static final Pattern IMAGE = Pattern.compile(NAME);

    private static final Pattern BEGIN = Pattern.compile(
            "\\x89PNG.*|\\xff\\xd8\\xff.*|GIF8.*|RIFF....WEBP.*|II\\*\\x00.*|MM\\x00\\*.*", Pattern.DOTALL);

    private static final int BEGINNING = 12;

    /** What file managers and archives add. */
    private static final Set<String> FOREIGN =
            Set.of("__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found");

    static final List<String> TRAIN = List.of("train", "training");

    /** The first that is there counts. */
    static final List<String> TEST = List.of("test", "testing", "val", "valid", "validation", "dev", "eval");

    private ImageNames() {}

    /** Whether a file is an image by its name or, where that says nothing, by its first bytes. */
    static boolean isImage(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith(".") && (IMAGE.matcher(name).matches() || beginsLikeAnImage(file));
    }

    private static boolean beginsLikeAnImage(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return BEGIN.matcher(new String(in.readNBytes(BEGINNING), StandardCharsets.ISO_8859_1))
                    .matches();
        } catch (IOException e) {
            return false;
        }
    }

    /** What lies in a folder, sorted by name, without hidden files and what operating systems add. */
    static List<Path> entries(Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(path -> !isForeign(path)).sorted(BY_NAME).toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(folder, "expected a folder that can be listed, found that it cannot; check it", e);
        }
    }

    private static final Comparator<Path> BY_NAME = Comparator.comparing(Path::toString);

    private static boolean isForeign(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(".") || FOREIGN.contains(name.toLowerCase(Locale.ROOT));
    }

    static List<Path> folders(Path folder) {
        return Files.isDirectory(folder)
                ? entries(folder).stream().filter(Files::isDirectory).toList()
                : List.of();
    }

    /** All images in a folder and the folders in it, sorted by path; links are followed. */
    static List<Path> images(Path folder) {
        return files(folder).stream().filter(ImageNames::isImage).toList();
    }

    /** All files in a folder and the folders in it, sorted by path; links are followed. */
    static List<Path> files(Path folder) {
        try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return paths.filter(path -> path.equals(folder)
                            || Stream.iterate(path, each -> !each.equals(folder), Path::getParent)
                                    .noneMatch(ImageNames::isForeign))
                    .filter(path -> !Files.isDirectory(path))
                    .sorted(BY_NAME)
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(
                    folder, "expected a folder that can be listed with all in it, found that it cannot; check it", e);
        }
    }

    /** The folder of a part of the data set, in any case of letters. */
    static Optional<Path> part(Path folder, List<String> names) {
        List<Path> folders = folders(folder);
        return names.stream()
                .flatMap(name -> folders.stream()
                        .filter(each -> each.getFileName().toString().equalsIgnoreCase(name)))
                .findFirst();
    }
}
