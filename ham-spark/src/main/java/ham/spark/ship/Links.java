package ham.spark.ship;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file under a second name: ONNX Runtime takes no symbolic links for external data. */
final class Links {
    private Links() {}

    /** Makes a hard link, or a copy where that cannot be. */
    static void link(Path name, Path file) throws IOException {
        try {
            Files.createLink(name, file.toRealPath());
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, name);
        }
    }
}
