package ham.cli;

import static ham.cli.Cli.ham;
import static org.assertj.core.api.Assertions.assertThat;

import ham.common.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetCommandTest {
    @TempDir
    private Path folder;

    private Path device;
    private Path next;
    private Path update;
    private Path manifest;

    @BeforeEach
    void models() throws IOException {
        device = copy("device");
        next = copy("next");
        byte[] data = Files.readAllBytes(next.resolveSibling("ts17_external.onnx.data"));
        data[1000] ^= 1;
        Files.write(next.resolveSibling("ts17_external.onnx.data"), data);
        update = folder.resolve("next.hamupdate");
        manifest = folder.resolve("fleet.jsonl");
        ham("keys", "--out", folder.resolve("mine")).succeeds();
        ham("keys", "--out", folder.resolve("other")).succeeds();
    }

    private Path copy(String name) throws IOException {
        Path source = Cli.testdata("onnx-exports/timm-sdpa/ts17_external.onnx");
        Path target = Files.createDirectory(folder.resolve(name));
        Files.copy(source.resolveSibling("ts17_external.onnx.data"), target.resolve("ts17_external.onnx.data"));
        return Files.copy(source, target.resolve("ts17_external.onnx"));
    }

    private Cli sign() {
        return ham("sign", "--from", device, "--to", next, "--key", folder.resolve("mine.key"), "--out", update);
    }

    @Test
    void aDeviceGetsASignedModelAndGoesBack() throws IOException {
        String before = Sha256.of(device);
        sign().succeeds();
        ham("apply", device, update, "--verify", folder.resolve("other.pub"))
                .failsWith(1, "next.hamupdate", "expected a signature of the key");
        assertThat(Sha256.of(device)).isEqualTo(before);

        String after = ham("apply", device, update, "--verify", folder.resolve("mine.pub"), "--json")
                .succeeds()
                .json()
                .path("sha256")
                .asText();

        assertThat(after).isEqualTo(Sha256.of(device)).isNotEqualTo(before);
        assertThat(ham("apply", device, "--roll-back").succeeds().out()).contains("rolled back");
        assertThat(Sha256.of(device)).isEqualTo(before);
        ham("apply", device, update, "--roll-back").failsWith(2, "found both");
        ham("apply", device).failsWith(2, "found none");
        ham("apply", device, "--roll-back", "--verify", folder.resolve("mine.pub"))
                .failsWith(2, "--verify: expected an update");
    }

    @Test
    void theManifestTellsWhoMissesWhat() throws IOException {
        sign().succeeds();
        ham("fleet", manifest, update).failsWith(1, "fleet.jsonl", "expected the manifest of a fleet");
        ham("fleet", manifest, update, update, "--device", "cam-1", "--model", device)
                .failsWith(1, "expected to follow");
        assertThat(manifest).doesNotExist();
        ham("fleet", manifest, update, "--device", "cam-1", "--model", device).succeeds();
        ham("apply", device, update).succeeds();
        assertThat(ham("fleet", manifest, update, "--device", "cam-2", "--model", device)
                        .succeeds()
                        .out())
                .contains("misses 1 update", "up to date");
        assertThat(Files.readAllLines(manifest)).hasSize(2);
        Cli strange = ham(
                "fleet", manifest, update, "--device", "cam-3", "--model", Cli.testdata("onnx/colors.onnx"), "--json");
        assertThat(strange.exitCode()).isEqualTo(1);
        assertThat(strange.json().get(2).path("missing").isNull()).isTrue();
        ham("fleet", manifest, "--device", "cam-3").failsWith(2, "together");
    }

    @Test
    void scoringSaysThatSparkIsNotBuilt() {
        String home = System.setProperty("ham.home", folder.toString());
        try {
            ham("score", device, "--in", folder, "--out", folder.resolve("scored"))
                    .failsWith(1, "ham-spark.jar", "not built");
        } finally {
            if (home == null) {
                System.clearProperty("ham.home");
            } else {
                System.setProperty("ham.home", home);
            }
        }
    }
}
