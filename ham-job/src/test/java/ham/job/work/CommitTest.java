package ham.job.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms in which git keeps where a checkout stands (gitrepository-layout). */
class CommitTest {
    private static final String HASH = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path temp;

    private void write(String file, String text) throws IOException {
        Path path = temp.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text + "\n");
    }

    @Test
    void readsABranchAHashAndPackedBranches() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main");
        assertThat(Commit.of(temp)).isEmpty();
        write(
                ".git/packed-refs",
                "# pack-refs with: peeled\n" + "f".repeat(40) + " refs/heads/other/main\n" + HASH + " refs/heads/main");
        assertThat(Commit.of(temp)).contains(HASH);
        write(".git/refs/heads/main", "a".repeat(40));
        assertThat(Commit.of(temp)).contains("a".repeat(40));
        write(".git/HEAD", HASH);
        assertThat(Commit.of(temp)).contains(HASH);
    }

    @Test
    void followsAWorkTreeToTheRepository() throws IOException {
        write("repository/refs/heads/side", HASH);
        write("repository/worktrees/side/HEAD", "ref: refs/heads/side");
        write("repository/worktrees/side/commondir", "../..");
        write("checkout/.git", "gitdir: " + temp.resolve("repository/worktrees/side"));
        assertThat(Commit.of(temp.resolve("checkout"))).contains(HASH);
    }

    @Test
    void knowsNothingOutsideACheckout() throws IOException {
        assertThat(Commit.of(temp)).isEmpty();
        write(".git", "no link");
        assertThat(Commit.of(temp)).isEmpty();
        Files.delete(temp.resolve(".git"));
        write(".git/HEAD", "no hash");
        assertThat(Commit.of(temp)).isEmpty();
    }
}
