package ham.train.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lists of images: {@code train.csv} and {@code test.csv} (also {@code val}, {@code valid}, {@code validation}; {@code .tsv}, {@code .json},
 * {@code .jsonl}), {@code .txt} with a path and a class in each
 * line), {@code metadata.csv} in the folders {@code train} and {@code test} (Hugging Face's image folders), or one list with a column
 * {@code split}, of whose parts to measure with the first of {@code test}, {@code val}, ... counts. Classes are sorted: by name, or as numbers where all are; {@code labels.txt} or {@code classes.txt} beside the list names numbers.
 */
final class ImageLists implements DataLayout {
    private static final List<String> WHOLE =
            List.of("metadata", "labels", "annotations", "data", "list", "images", "dataset");

    @Override
    public boolean isIn(Path data) {
        return !ListSource.find(data, WHOLE).isEmpty();
    }

    @Override
    public Dataset open(Path data, Wanted wanted) {
        List<ListSource> sources = ListSource.find(data, WHOLE);
        List<ListedImage> train = new ArrayList<>();
        List<ListedImage> rest = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (ListSource source : sources) {
            files.add(source.list());
            for (ListedImage image : ImageList.read(source.list())) {
                (source.isTraining(image.part(), image.where(), wanted) ? train : rest).add(image);
            }
        }
        List<ListedImage> test = ListSource.first(rest, ListedImage::part);
        ListSource.requireParts(data, "images", !train.isEmpty(), !test.isEmpty(), wanted);
        ListClasses classes = ListClasses.of(
                sources.get(0).list(),
                Stream.concat(train.stream(), test.stream())
                        .map(ListedImage::label)
                        .toList());
        classes.file().ifPresent(files::add);
        ImageFiles training = images(train, classes);
        ImageFiles testing = images(test, classes);
        files.addAll(new LinkedHashSet<>(Stream.concat(training.files().stream(), testing.files().stream())
                .filter(Files::isRegularFile)
                .toList()));
        return new Dataset(training, testing, classes.names(), files);
    }

    private static ImageFiles images(List<ListedImage> images, ListClasses classes) {
        return new ImageFiles(
                images.stream().map(ListedImage::file).toList(),
                images.stream().mapToInt(each -> classes.number(each.label())).toArray());
    }
}
