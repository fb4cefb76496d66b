package ham.merge.head;

import ham.merge.InputException;
import ham.merge.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A zero-shot head: an image's logit for a class is the cosine of its embedding and the class's, which a text encoder made of the class's name. CLIP
 * multiplies the cosines by a number that changes probabilities, but not which class is best.
 *
 * <p>Source: Radford et al., <a href="https://arxiv.org/abs/2103.00020">arXiv 2103.00020</a>, section 3.1.
 */
public final class ClassEmbeddings {
    private ClassEmbeddings() {}

    /**
     * Reads the embeddings.
     *
     * @param file safetensors with one tensor [classes, d]
     * @return a head whose classes are numbered, for the caller to name
     * @throws InputException when there is another tensor, or it is not of two dimensions
     */
    public static NamedHead read(Path file) {
        SafetensorsFile tensors = SafetensorsFile.open(file);
        if (tensors.names().size() != 1) {
            throw new InputException(
                    file, "expected one tensor of class embeddings [classes, width], found " + tensors.names());
        }
        PrototypeHead head = new PrototypeHead(tensors.matrix(tensors.names().first()));
        List<String> classes = IntStream.range(0, head.classes())
                .mapToObj(number -> "LABEL_" + number)
                .toList();
        return new NamedHead(head, classes);
    }
}
