package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import ham.common.HamException;
import ham.runtime.swap.SwapRule;
import ham.serve.TestServer.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that change while requests go on. */
class SwapTest {
    private static final String PIXELS =
            "{\"inputs\":[{\"name\":\"pixel_values\",\"shape\":[1,3,2,2],\"datatype\":\"FP32\",\"data\":[1,1,1,1,2,2,2,2,3,3,3,3]}],"
                    + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":1}}]}";

    @TempDir
    private Path temp;

    private static void replace(Path target, Path source) throws IOException {
        Path copy = Files.copy(source, target.resolveSibling("copy"), StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] blue() throws IOException {
        BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 4; i++) {
            image.setRGB(i % 2, i / 2, 0x0000ff);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private static String inferred(TestServer server, String path) {
        return server.post(path, PIXELS)
                .json()
                .path("outputs")
                .path(0)
                .path("data")
                .path(0)
                .asText();
    }

    @Test
    void noRequestFailsAndNoneIsAnsweredByTwoModels() throws Exception {
        Path file = Files.copy(testdata("serve/scaled1.onnx"), temp.resolve("model.onnx"));
        byte[] image = blue();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        AtomicBoolean done = new AtomicBoolean();
        // Any change of labels: a label tells which of the two models it belongs to, and so does the number beside it.
        try (TestServer server = TestServer.of(
                file, settings -> settings.optWatch(Duration.ofMillis(10)).optRule(SwapRule.ANY_MODEL))) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                boolean images = i % 2 == 0;
                Thread client = new Thread(() -> {
                    while (!done.get()) {
                        Answer answer = images
                                ? server.post("classify/model?top=1", image)
                                : server.post("v2/models/model/infer", PIXELS);
                        JsonNode best = answer.json().path("predictions").path(0);
                        String text = images
                                ? best.path("logit").asText() + ":2:"
                                        + best.path("label").asText()
                                : answer.json()
                                        .path("outputs")
                                        .path(0)
                                        .path("data")
                                        .path(0)
                                        .asText();
                        if (answer.status() != 200
                                || !text.matches(
                                        images ? "1\\.0:2:blue1|2\\.0:2:blue2" : "3\\.0:2:blue1|6\\.0:2:blue2")) {
                            wrong.add(answer.text());
                        }
                        seen.add(text);
                    }
                });
                client.start();
                clients.add(client);
            }
            for (int swap = 1; swap <= 12; swap++) {
                replace(file, testdata("serve/scaled" + (swap % 2 + 1) + ".onnx"));
                int expected = swap;
                for (int i = 0; i < 2000 && swaps(server) < expected; i++) {
                    Thread.sleep(5);
                }
                assertThat(swaps(server)).isEqualTo(expected);
            }
            done.set(true);
            for (Thread client : clients) {
                client.join();
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).contains("3.0:2:blue1", "6.0:2:blue2", "1.0:2:blue1", "2.0:2:blue2");
    }

    private static long swaps(TestServer server) {
        return server.log().stream()
                .filter(line -> line.path("event").asText().equals("swapped"))
                .count();
    }

    @Test
    void whatDoesNotFitIsRefusedAndTheOldOneStays() throws Exception {
        Path file = Files.copy(testdata("serve/scaled1.onnx"), temp.resolve("model.onnx"));
        try (TestServer server = TestServer.of(file, settings -> settings)) {
            replace(file, testdata("serve/pick.onnx"));
            Answer inputs = server.post("v2/repository/models/model/load", "");
            assertThat(inputs.status()).isEqualTo(400);
            assertThat(inputs.error()).contains("expected the inputs of the model in service");
            replace(file, testdata("serve/scaled2.onnx"));
            assertThat(server.post("v2/repository/models/model/load", "").error())
                    .contains("labels");
            Files.writeString(file, "broken");
            assertThat(server.post("v2/repository/models/model/load", "").status())
                    .isEqualTo(400);
            assertThat(server.post("v2/repository/index", "")
                            .json()
                            .path(0)
                            .path("reason")
                            .asText())
                    .contains("ONNX");
            assertThat(inferred(server, "v2/models/model/infer")).isEqualTo("3.0:2:blue1");
            replace(file, testdata("serve/scaled1.onnx"));
            assertThat(server.post("v2/repository/models/model/load", "").status())
                    .isEqualTo(200);
            assertThat(server.post("v2/repository/index", "")
                            .json()
                            .path(0)
                            .path("reason")
                            .asText())
                    .isEmpty();
        }
    }

    @Test
    void versionsOfATritonRepositoryComeAndGo() throws Exception {
        Path model = Files.createDirectories(temp.resolve("colours/1")).getParent();
        Files.copy(testdata("serve/scaled1.onnx"), model.resolve("1/model.onnx"));
        Files.writeString(
                model.resolve("config.pbtxt"),
                """
                name: "colours"
                backend: "onnxruntime"
                max_batch_size: 4
                input [ { name: "pixel_values" data_type: TYPE_FP32 dims: [ 3, 2, 2 ] } ]
                output [ { name: "logits" data_type: TYPE_FP32 dims: [ 3 ] label_filename: "labels.txt" } ]
                version_policy { latest { num_versions: 2 } }
                dynamic_batching { max_queue_delay_microseconds: 100 }
                instance_group [ { count: 1 kind: KIND_AUTO } ]
                """);
        Files.writeString(model.resolve("labels.txt"), "r\ng\nb\n");
        try (TestServer server = TestServer.of(temp, settings -> settings.optWatch(Duration.ofMillis(10)))) {
            assertThat(inferred(server, "v2/models/colours/infer")).isEqualTo("3.0:2:b");
            Path next = Files.createDirectory(model.resolve("2"));
            replace(next.resolve("model.onnx"), testdata("serve/scaled2.onnx"));
            for (int i = 0; i < 2000 && !server.get("v2/models/colours").text().contains("\"2\""); i++) {
                Thread.sleep(5);
            }
            assertThat(inferred(server, "v2/models/colours/infer")).isEqualTo("6.0:2:b");
            assertThat(inferred(server, "v2/models/colours/versions/1/infer")).isEqualTo("3.0:2:b");
            Answer large = server.post(
                    "v2/models/colours/infer",
                    "{\"inputs\":[{\"name\":\"pixel_values\",\"shape\":[5,3,2,2],\"datatype\":\"FP32\",\"data\":["
                            + "1,".repeat(59) + "1]}]}");
            assertThat(large.error()).contains("from 1 to 4");

            Files.writeString(model.resolve("labels.txt"), "r\ng\nb\nblack\n");
            assertThat(server.post("v2/repository/models/colours/load", "").status())
                    .isEqualTo(200);
            assertThat(server.get("v2/models/colours").text()).contains("black");
            Files.writeString(model.resolve("labels.txt"), "x\ny\nz\n");
            assertThat(server.post("v2/repository/models/colours/load", "").error())
                    .contains("labels of the model in service");
        }
    }

    @Test
    void aConfigurationThatIsNotTheGraphsIsRefused() throws Exception {
        Path model = Files.createDirectories(temp.resolve("m/1")).getParent();
        Files.copy(testdata("serve/scaled1.onnx"), model.resolve("1/model.onnx"));
        String[][] wrong = {
            {"input [ { name: \"x\" data_type: TYPE_FP32 dims: [ 3, 2, 2 ] } ] max_batch_size: 4", "'x'"},
            {"input [ { name: \"pixel_values\" data_type: TYPE_INT8 dims: [ 3, 2, 2 ] } ] max_batch_size: 4", "FP32"},
            {"input [ { name: \"pixel_values\" data_type: TYPE_FP32 dims: [ 3, 2, 2 ] } ]", "[batch, 3, 2, 2]"},
            {"name: \"other\"", "'m'"},
            {"ensemble_scheduling { }", "ensemble"},
            {"default_model_filename: \"../../x.onnx\"", "default_model_filename"},
            {"version_policy { specific { versions: [ 3 ] } }", "[3]"},
            {"max_batch_size: \"x\"", "1:"}
        };
        for (String[] each : wrong) {
            Files.writeString(model.resolve("config.pbtxt"), each[0]);
            assertThat(catchThrowable(
                            () -> TestServer.of(temp, settings -> settings).close()))
                    .as(each[0])
                    .isInstanceOf(HamException.class)
                    .hasMessageContaining(each[1]);
        }
    }
}
