package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.common.Sha256;
import ham.export.fleet.SigningKeys;
import ham.export.fleet.UpdateFolder;
import ham.export.fleet.UpdateMaker;
import ham.export.patch.ModelPatch;
import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.runtime.swap.SwapRule;
import ham.serve.InferenceServer;
import ham.serve.ServeSettings;
import ham.serve.observe.LogForm;
import ham.serve.repository.Openers;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Updates and patches that are put beside a model in service. */
class ServeUpdatesTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String REQUEST =
            "{\"inputs\":[{\"name\":\"pixel_values\",\"shape\":[1,3,2,2],\"datatype\":\"FP32\",\"data\":[1,1,1,1,2,2,2,2,3,3,3,3]}],"
                    + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":1}}]}";
    /** Number and label of the best class: each tells by itself which model answered. */
    private static final String FIRST = "3.0:2:blue1";

    private static final String SECOND = "6.0:2:blue2";

    @TempDir
    private Path temp;

    private Path model;
    private Path folder;

    private final Queue<String> applied = new ConcurrentLinkedQueue<>();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void device() throws IOException {
        folder = Files.createDirectory(temp.resolve("device"));
        model = Files.copy(testdata("serve/scaled1.onnx"), folder.resolve("model.onnx"));
    }

    private UpdateFolder updates(Optional<Path> key) {
        return new UpdateFolder(folder, key.map(SigningKeys::readPublic), new UpdateFolder.Listener() {
            @Override
            public void applied(Path changed, Path update) {
                applied.add(update.getFileName().toString());
            }

            @Override
            public void refused(Path update, RuntimeException reason) {
                refused.add(reason.getMessage());
            }
        });
    }

    private InferenceServer serve(UpdateFolder updates) {
        return InferenceServer.start(
                folder,
                new Openers(file -> OnnxModel.open(file, new SessionSettings(1)), () -> new SessionSettings(1)),
                ServeSettings.builder()
                        .optHttp(0)
                        .optWatch(Duration.ofMillis(10))
                        .optBeforeLook(updates::look)
                        .optRule(SwapRule.ANY_MODEL)
                        .optLog(LogForm.JSON, new PrintStream(OutputStream.nullOutputStream()))
                        .build());
    }

    private static String ask(InferenceServer server) {
        try {
            HttpResponse<String> response = CLIENT.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + server.httpPort().getAsInt() + "/v2/models/model/infer"))
                            .POST(BodyPublishers.ofString(REQUEST))
                            .build(),
                    BodyHandlers.ofString());
            JsonNode json = MAPPER.readTree(response.body());
            return response.statusCode() == 200
                    ? json.path("outputs").path(0).path("data").path(0).asText()
                    : response.body();
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    private static void await(InferenceServer server, String answer) throws InterruptedException {
        for (int i = 0; i < 3000 && !ask(server).equals(answer); i++) {
            Thread.sleep(5);
        }
        assertThat(ask(server)).isEqualTo(answer);
    }

    private Path sign(String name, String from, String to, Object... more) {
        Path out = temp.resolve(name);
        List<Object> arguments = new ArrayList<>(List.of(
                "sign", "--from", testdata("serve/" + from), "--to", testdata("serve/" + to), "--out", out, "--force"));
        arguments.addAll(List.of(more));
        ham(arguments.toArray()).succeeds();
        return out;
    }

    private static void put(Path file, Path where) throws IOException {
        Files.move(
                Files.copy(
                        file, where.resolveSibling(where.getFileName() + ".part"), StandardCopyOption.REPLACE_EXISTING),
                where,
                StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void signedUpdatesChangeTheModelInServiceWithoutAFailedOrAMixedRequest() throws Exception {
        ham("keys", "--out", temp.resolve("release")).succeeds();
        Path key = temp.resolve("release.key");
        List<Path> chain = new ArrayList<>();
        chain.add(sign("u0.hamupdate", "scaled1.onnx", "scaled2.onnx", "--key", key));
        for (int i = 1; i < 6; i++) {
            boolean there = i % 2 == 0;
            chain.add(sign(
                    "u" + i + ".hamupdate",
                    there ? "scaled1.onnx" : "scaled2.onnx",
                    there ? "scaled2.onnx" : "scaled1.onnx",
                    "--key",
                    key,
                    "--after",
                    chain.get(i - 1)));
        }
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        AtomicBoolean done = new AtomicBoolean();
        try (InferenceServer server = serve(updates(Optional.of(temp.resolve("release.pub"))))) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread client = new Thread(() -> {
                    while (!done.get()) {
                        answers.add(ask(server));
                    }
                });
                client.start();
                clients.add(client);
            }
            for (int i = 0; i < 6; i++) {
                put(chain.get(i), folder.resolve("u" + i + ".hamupdate"));
                await(server, i % 2 == 0 ? SECOND : FIRST);
            }
            done.set(true);
            for (Thread client : clients) {
                client.join();
            }
        }
        assertThat(Set.copyOf(answers)).containsExactlyInAnyOrder(FIRST, SECOND);
        assertThat(applied).hasSize(6);
        assertThat(refused).isEmpty();
        assertThat(Sha256.of(model)).isEqualTo(Sha256.of(testdata("serve/scaled1.onnx")));
    }

    @Test
    void aBarePatchIsAppliedWhereNoKeyIsWanted() throws Exception {
        Path patch = temp.resolve("p.hampatch");
        ModelPatch.write(testdata("serve/scaled1.onnx"), testdata("serve/scaled2.onnx"), patch);
        try (InferenceServer server = serve(updates(Optional.empty()))) {
            assertThat(ask(server)).isEqualTo(FIRST);
            put(patch, folder.resolve("p.hampatch"));
            await(server, SECOND);
            // A roll-back is not undone by an update that was applied.
            ham("apply", model, "--roll-back").succeeds();
            await(server, FIRST);
            Thread.sleep(200);
            assertThat(ask(server)).isEqualTo(FIRST);
        }
        assertThat(applied).containsExactly("p.hampatch");
    }

    @Test
    void whatIsNotSignedOrHalfOrForAnotherModelIsRefusedAndTheModelStays() throws Exception {
        ham("keys", "--out", temp.resolve("release")).succeeds();
        ham("keys", "--out", temp.resolve("other")).succeeds();
        Path unsigned = UpdateMaker.ofModels(
                        testdata("serve/scaled1.onnx"),
                        testdata("serve/scaled2.onnx"),
                        Optional.empty(),
                        Optional.empty(),
                        temp.resolve("unsigned.hamupdate"),
                        false)
                .file();
        Path strange = sign("strange.hamupdate", "scaled1.onnx", "scaled2.onnx", "--key", temp.resolve("other.key"));
        Path right = sign("right.hamupdate", "scaled1.onnx", "scaled2.onnx", "--key", temp.resolve("release.key"));
        Path later = sign(
                "later.hamupdate", "scaled2.onnx", "pick.onnx", "--key", temp.resolve("release.key"), "--after", right);
        Path patch = temp.resolve("p.hampatch");
        ModelPatch.write(testdata("serve/scaled1.onnx"), testdata("serve/scaled2.onnx"), patch);
        byte[] whole = Files.readAllBytes(right);
        UpdateFolder updates = updates(Optional.of(temp.resolve("release.pub")));
        put(unsigned, folder.resolve("a.hamupdate"));
        put(strange, folder.resolve("b.hamupdate"));
        put(patch, folder.resolve("c.hampatch"));
        put(later, folder.resolve("d.hamupdate"));
        Files.write(folder.resolve("e.hamupdate"), Arrays.copyOf(whole, whole.length / 2));
        for (int i = 0; i < 5; i++) {
            updates.look();
        }
        assertThat(refused).as("each is told once").hasSize(5);
        assertThat(String.join("\n", refused))
                .contains("found none", "not of this key", "found a patch", "is for a model of SHA-256", "damaged");
        assertThat(Sha256.of(model)).isEqualTo(Sha256.of(testdata("serve/scaled1.onnx")));
        // The copy that was half done is whole now, and the one behind it in the chain follows.
        Files.write(folder.resolve("e.hamupdate"), whole);
        updates.look();
        assertThat(applied).as("it may still be growing").isEmpty();
        updates.look();
        assertThat(applied).containsExactly("e.hamupdate", "d.hamupdate");
        assertThat(Sha256.of(model)).isEqualTo(Sha256.of(testdata("serve/pick.onnx")));
    }
}
