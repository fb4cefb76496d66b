package ham.train;

import java.nio.file.Path;

/** Where the tests' inputs are. */
public final class TestData {
    private TestData() {}

    /** A file or folder under {@code testdata/}. */
    public static Path path(String relative) {
        return Path.of(System.getProperty("ham.testdata", "../testdata")).resolve(relative);
    }
}
