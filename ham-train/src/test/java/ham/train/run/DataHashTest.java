package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataHashTest {
    @TempDir
    private Path temp;

    /** A list names its images by whole paths, or data are typed as seen from here. */
    @Test
    void isTheSameHoweverTheFilesAreNamed() throws IOException {
        Path list = Files.writeString(temp.resolve("list.csv"), "a list");
        Path image = Files.writeString(temp.resolve("image"), "an image");
        String hash = DataHash.sha256(temp, List.of(list, image));
        assertThat(hash).isEqualTo("1d2abf3575fc799ad02e481de2d68ed9193bc07127339280ce085282760fdb05");
        Path here = Path.of("").toAbsolutePath();
        Path relative = here.relativize(temp);
        assertThat(DataHash.sha256(relative, List.of(relative.resolve("list.csv"), image)))
                .isEqualTo(hash);
        assertThat(DataHash.sha256(temp, List.of(list, relative.resolve("image"))))
                .isEqualTo(hash);
        assertThat(DataHash.sha256(relative.resolve("list.csv"), List.of(relative.resolve("list.csv"), image)))
                .isEqualTo(DataHash.sha256(list, List.of(list, image)));
    }
}
