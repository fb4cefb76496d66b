package ham.export.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.common.Sha256;
import ham.export.patch.ModelPatch;
import ham.merge.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateTest {
    /** Made by {@code openssl genpkey -algorithm ed25519}. */
    private static final String OPENSSL_PRIVATE =
            """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEICAAvz/sssBR33KdCwi5OpP5H3QsjWlEVM39LOJbhIRQ
            -----END PRIVATE KEY-----
            """;
    /** Made of it by {@code openssl pkey -pubout}. */
    private static final String OPENSSL_PUBLIC =
            """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEACRXzDXKvUOlOf7PjtMfoxAu+vsms1UePRDwK3BfMFcY=
            -----END PUBLIC KEY-----
            """;

    @TempDir
    private Path folder;

    private Update signed(Path key) throws IOException {
        Path base = Models.inside(folder.resolve("v0"), 0);
        Path next = Models.inside(folder.resolve("v1"), 1);
        Path patch = folder.resolve("p.hampatch");
        ModelPatch.write(base, next, patch);
        return UpdateMaker.ofPatch(
                patch,
                Optional.of(SigningKeys.readPrivate(key)),
                Optional.empty(),
                folder.resolve("u.hamupdate"),
                false);
    }

    @Test
    void keysOfOpensslSignAndVerify() throws IOException {
        Path key = Files.writeString(folder.resolve("o.key"), OPENSSL_PRIVATE);
        Path pub = Files.writeString(folder.resolve("o.pub"), OPENSSL_PUBLIC);
        Update update = signed(key);
        assertThat(Update.open(update.file(), Optional.of(SigningKeys.readPublic(pub))))
                .isEqualTo(update);
    }

    @Test
    void ourKeysSignAndVerifyAndOnlyTheirOwnerReadsThem() throws IOException {
        SigningKeys.KeyFiles mine = SigningKeys.generate(folder.resolve("mine"));
        SigningKeys.KeyFiles other = SigningKeys.generate(folder.resolve("other"));
        Update update = signed(mine.privateKey());
        assertThat(Update.open(update.file(), Optional.of(SigningKeys.readPublic(mine.publicKey()))))
                .isEqualTo(update);
        assertThatThrownBy(() -> Update.open(update.file(), Optional.of(SigningKeys.readPublic(other.publicKey()))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a signature of the key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mine.privateKey())))
                .isEqualTo("rw-------");
        assertThatThrownBy(() -> SigningKeys.generate(folder.resolve("mine"))).hasMessageContaining("exists already");
        assertThatThrownBy(() -> SigningKeys.readPublic(mine.privateKey())).hasMessageContaining("PUBLIC KEY in PEM");
        assertThatThrownBy(() -> SigningKeys.readPrivate(folder.resolve("none")))
                .hasMessageContaining("cannot be read");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void ofAPairOfKeysNoneIsLeftAlone(int written) throws IOException {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        assertThatThrownBy(() -> SigningKeys.generate(keys.resolve("mine"), new FailingDisk(written)))
                .isInstanceOf(FailingDisk.PowerLoss.class);
        assertThat(keys).isEmptyDirectory();
        SigningKeys.KeyFiles made = SigningKeys.generate(keys.resolve("mine"), new FailingDisk(2));
        assertThat(keys.toFile().listFiles())
                .containsExactlyInAnyOrder(
                        made.privateKey().toFile(), made.publicKey().toFile());
    }

    /** Whatever byte is damaged: the update is refused, or it does what was signed. */
    @Test
    void noByteCanBeChangedUnseen() throws IOException {
        SigningKeys.KeyFiles keys = SigningKeys.generate(folder.resolve("mine"));
        Update update = signed(keys.privateKey());
        byte[] bytes = Files.readAllBytes(update.file());
        Path damaged = folder.resolve("damaged.hamupdate");
        int refused = 0;
        int step = Math.max(1, bytes.length / 300);
        for (int at = 0; at < bytes.length; at += step) {
            byte[] changed = bytes.clone();
            changed[at] ^= 0x41;
            Files.write(damaged, changed);
            try {
                Update opened = Update.open(damaged, Optional.of(SigningKeys.readPublic(keys.publicKey())));
                assertThat(opened.content()).isEqualTo(update.content());
                Path patch = folder.resolve("extracted" + at);
                opened.extract(0, patch);
                assertThat(Sha256.of(patch))
                        .isEqualTo(update.content().files().get(0).patchSha256());
            } catch (InputException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(200);
    }

    @Test
    void whatIsNotSignedIsRefusedWhereAKeyIsGiven() throws IOException {
        SigningKeys.KeyFiles keys = SigningKeys.generate(folder.resolve("mine"));
        Update update = UpdateMaker.ofModels(
                Models.inside(folder.resolve("v0"), 0),
                Models.inside(folder.resolve("v1"), 1),
                Optional.empty(),
                Optional.empty(),
                folder.resolve("u.hamupdate"),
                false);
        assertThat(Update.open(update.file(), Optional.empty())).isEqualTo(update);
        assertThatThrownBy(() -> Update.open(update.file(), Optional.of(SigningKeys.readPublic(keys.publicKey()))))
                .hasMessageContaining("found none");
    }

    @Test
    void anUpdateFollowsOnlyTheOneThatMakesItsBase() throws IOException {
        Path v0 = Models.inside(folder.resolve("v0"), 0);
        Path v1 = Models.inside(folder.resolve("v1"), 1);
        Path v2 = Models.inside(folder.resolve("v2"), 2);
        Update first =
                UpdateMaker.ofModels(v0, v1, Optional.empty(), Optional.empty(), folder.resolve("u0.hamupdate"), false);
        Update second = UpdateMaker.ofModels(
                v1, v2, Optional.empty(), Optional.of(first), folder.resolve("u1.hamupdate"), false);
        assertThat(second.content().previous()).isEqualTo(first.sha256());
        assertThatThrownBy(() -> UpdateMaker.ofModels(
                        v0, v2, Optional.empty(), Optional.of(first), folder.resolve("u2.hamupdate"), false))
                .hasMessageContaining("expected the update that makes the model");
    }

    @Test
    void aPathOutOfTheFolderIsRefused() throws IOException {
        for (String name : List.of("../x.data", "/etc/x", "a\\b", "..")) {
            UpdateContent content = new UpdateContent(
                    1,
                    "",
                    "a".repeat(64),
                    "b".repeat(64),
                    List.of(
                            new UpdateContent.FileChange("w.data", name, "c".repeat(64), "d".repeat(64)),
                            new UpdateContent.FileChange("", "", "c".repeat(64), "b".repeat(64))));
            Path file = folder.resolve("u.hamupdate");
            Update.write(content, Optional.empty(), List.of(), file, true);
            assertThatThrownBy(() -> Update.open(file, Optional.empty())).hasMessageContaining("it names the file");
        }
    }

    @Test
    void aFleetKnowsWhoHasWhat() throws IOException {
        Path v0 = Models.inside(folder.resolve("v0"), 0);
        Path v1 = Models.inside(folder.resolve("v1"), 1);
        Path strange = Models.inside(folder.resolve("v9"), 9);
        Update first =
                UpdateMaker.ofModels(v0, v1, Optional.empty(), Optional.empty(), folder.resolve("u0.hamupdate"), false);
        Path manifest = folder.resolve("fleet.jsonl");
        Fleet.read(manifest)
                .with("cam-2", v1)
                .with("cam-1", v0)
                .with("cam-3", strange)
                .write(manifest);

        assertThat(Files.readAllLines(manifest)).hasSize(3).first().asString().startsWith("{\"device\":\"cam-1\"");
        assertThat(Fleet.read(manifest).positions(List.of(first)))
                .extracting(Fleet.Position::missing)
                .containsExactly(Optional.of(1), Optional.of(0), Optional.empty());
        Files.writeString(manifest, "{\"device\":\"x\"}\n");
        assertThatThrownBy(() -> Fleet.read(manifest))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1");
    }
}
