package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import ham.runtime.classify.Classifier;
import ham.runtime.classify.Prediction;
import ham.runtime.image.ImageDecoder;
import ham.runtime.model.SessionSettings;
import ham.serve.TestServer.Answer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol over HTTP, through a real socket. */
class RestTest {
    private static final String PIXELS =
            "{\"name\":\"pixel_values\",\"shape\":[1,3,2,2],\"datatype\":\"FP32\",\"data\":[1,1,1,1,2,2,2,2,3,3,3,3]}";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.of(testdata("serve"), settings -> settings);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tellsWhatItIs() {
        JsonNode server = RestTest.server.get("v2").json();
        assertThat(server.path("name").asText()).isEqualTo("ham");
        assertThat(server.path("version").asText()).isEqualTo("test");
        assertThat(server.path("extensions").toString()).contains("binary_tensor_data", "model_repository");
        assertThat(RestTest.server.get("v2/health/live").json().path("live").asBoolean())
                .isTrue();
        assertThat(RestTest.server.get("v2/health/ready").status()).isEqualTo(200);
        assertThat(RestTest.server.get("v2/models/pick/ready").status()).isEqualTo(200);
        JsonNode model = RestTest.server.get("v2/models/scaled2/versions/1").json();
        assertThat(model.toString())
                .isEqualTo(
                        "{\"name\":\"scaled2\",\"versions\":[\"1\"],\"platform\":\"onnxruntime_onnx\",\"inputs\":[{\"name\":\"pixel_values\","
                                + "\"datatype\":\"FP32\",\"shape\":[-1,3,2,2]}],\"outputs\":[{\"name\":\"logits\",\"datatype\":\"FP32\","
                                + "\"shape\":[-1,3]}],\"labels\":[\"red2\",\"green2\",\"blue2\"]}");
    }

    @Test
    void infersFromJson() {
        Answer answer = server.post("v2/models/scaled2/infer", "{\"id\":\"a 1\",\"inputs\":[" + PIXELS + "]}");
        assertThat(answer.json().toString())
                .isEqualTo(
                        "{\"model_name\":\"scaled2\",\"model_version\":\"1\",\"id\":\"a 1\",\"outputs\":[{\"name\":\"logits\",\"datatype\":\"FP32\","
                                + "\"shape\":[1,3],\"data\":[2.0,4.0,6.0]}]}");
        assertThat(answer.response().headers().firstValue("X-Request-Id")).isPresent();
    }

    @Test
    void takesNestedDataAndKeysInAnyOrder() {
        String nested =
                "{\"data\":[[[[1,1],[1,1]],[[2,2],[2,2]],[[3,3],[3,3]]]],\"datatype\":\"FP32\",\"shape\":[1,3,2,2],\"name\":\"pixel_values\"}";
        Answer answer = server.post("v2/models/scaled1/infer", "{\"more\":{\"x\":[1]},\"inputs\":[" + nested + "]}");
        assertThat(answer.json().path("outputs").path(0).path("data").toString())
                .isEqualTo("[1.0,2.0,3.0]");
    }

    @Test
    void takesNullForWhatIsNotThere() {
        String pixels = PIXELS.replace("\"data\"", "\"parameters\":null,\"data\"");
        Answer answer = server.post(
                "v2/models/scaled2/infer",
                "{\"id\":null,\"parameters\":null,\"outputs\":null,\"inputs\":[" + pixels + "]}");
        assertThat(answer.json().path("outputs").path(0).path("data").toString())
                .isEqualTo("[2.0,4.0,6.0]");
        answer = server.post(
                "v2/models/scaled2/infer",
                "{\"parameters\":{\"adapter\":null},\"outputs\":[{\"name\":\"logits\",\"parameters\":null}],\"inputs\":["
                        + pixels + "]}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(server.post("v2/models/scaled2/infer", "{\"inputs\":null}").error())
                .contains("at least one tensor");
    }

    @Test
    void infersFromBinary() throws IOException {
        String header =
                "{\"inputs\":[{\"name\":\"pixel_values\",\"shape\":[2,3,2,2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":96}}],"
                        + "\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"binary_data\":true}}]}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(json.length + 96).order(ByteOrder.LITTLE_ENDIAN);
        body.put(json);
        for (int i = 0; i < 24; i++) {
            body.putFloat((float) Math.floor(i / 4.0));
        }
        Answer answer = server.post(
                "v2/models/scaled2/infer",
                body.array(),
                "Inference-Header-Content-Length",
                Integer.toString(json.length));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        int length = Integer.parseInt(answer.response()
                .headers()
                .firstValue("Inference-Header-Content-Length")
                .orElseThrow());
        JsonNode told = TestServer.MAPPER.readTree(answer.response().body(), 0, length);
        assertThat(told.path("outputs").path(0).toString())
                .isEqualTo(
                        "{\"name\":\"logits\",\"datatype\":\"FP32\",\"shape\":[2,3],\"parameters\":{\"binary_data_size\":24}}");
        ByteBuffer floats =
                ByteBuffer.wrap(answer.response().body(), length, 24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            assertThat(floats.getFloat()).isEqualTo(2f * i);
        }
        assertThat(floats.hasRemaining()).isFalse();
    }

    @Test
    void takesTheBytesOfOneInputAlone() {
        ByteBuffer body = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 12; i++) {
            body.putFloat(5);
        }
        Answer answer = server.post("v2/models/scaled1/infer", body.array(), "Inference-Header-Content-Length", "0");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.response().body()).endsWith(new byte[] {0, 0, (byte) 0xa0, 0x40});
    }

    @Test
    void tellsTheBestClasses() {
        Answer answer = server.post(
                "v2/models/scaled2/infer",
                "{\"inputs\":[" + PIXELS
                        + "],\"outputs\":[{\"name\":\"logits\",\"parameters\":{\"classification\":2}}]}");
        assertThat(answer.json().path("outputs").path(0).toString())
                .isEqualTo(
                        "{\"name\":\"logits\",\"datatype\":\"BYTES\",\"shape\":[1,2],\"data\":[\"6.0:2:blue2\",\"4.0:1:green2\"]}");
    }

    @Test
    void everyTypeComesBackAsItWent() {
        try (TestServer types = TestServer.of(testdata("onnx/types.onnx"), settings -> settings)) {
            String[][] values = {
                {"float32", "FP32", "[1.5,-3.0E38]"},
                {"uint8", "UINT8", "[0,255]"},
                {"int8", "INT8", "[-128,127]"},
                {"int16", "INT16", "[-32768,32767]"},
                {"int32", "INT32", "[-2147483648,2147483647]"},
                {"int64", "INT64", "[-9223372036854775808,9223372036854775807]"},
                {"bool", "BOOL", "[true,false]"},
                {"float64", "FP64", "[0.1,-1.0E300]"}
            };
            StringBuilder json = new StringBuilder("{\"inputs\":[");
            for (String[] each : values) {
                json.append("{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[1,2],\"data\":%s},"
                        .formatted((Object[]) each));
            }
            for (String each : new String[] {"float16:FP16", "bfloat16:BF16"}) {
                String[] named = each.split(":");
                json.append(
                        "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[1,2],\"parameters\":{\"binary_data_size\":4}},"
                                .formatted((Object[]) named));
            }
            json.setCharAt(json.length() - 1, ']');
            json.append('}');
            byte[] half = {0, 0x3c, 0, (byte) 0xc0, (byte) 0x80, 0x3f, 0, (byte) 0xc0};
            byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
            byte[] body =
                    ByteBuffer.allocate(text.length + 8).put(text).put(half).array();
            Answer answer = types.post(
                    "v2/models/types/infer", body, "Inference-Header-Content-Length", Integer.toString(text.length));
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            for (JsonNode output : answer.json().path("outputs")) {
                String name = output.path("name").asText().replace("_out", "");
                String expected = "[1.0,-2.0]";
                for (String[] each : values) {
                    expected = each[0].equals(name) ? each[2] : expected;
                }
                assertThat(output.path("data").toString()).as(name).isEqualTo(expected);
            }
        }
    }

    private static byte[] green() throws IOException {
        BufferedImage image = new BufferedImage(7, 5, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 35; i++) {
            image.setRGB(i % 7, i / 7, 0x00ff00);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"colors", "colors_softmax", "colors_sigmoid"})
    void saysOfAnImageWhatTheLibrarySays(String model) throws IOException {
        Path file = testdata("onnx/" + model + ".onnx");
        try (TestServer own = TestServer.of(file, settings -> settings);
                Classifier classifier = Classifier.open(file, new SessionSettings(1))) {
            List<Prediction> expected = classifier.classify(ImageDecoder.decode(green(), "green"), 3);
            JsonNode found = own.post("classify", green()).json().path("predictions");
            assertThat(found).hasSize(3);
            for (int i = 0; i < 3; i++) {
                assertThat(found.path(i).path("label").asText())
                        .isEqualTo(expected.get(i).label());
                assertThat(found.path(i).path("probability").asDouble())
                        .isCloseTo(expected.get(i).probability(), within(1e-6));
                assertThat(found.path(i).path("logit").asDouble())
                        .isCloseTo(expected.get(i).logit(), within(1e-4));
            }
        }
    }

    @Test
    void classifiesAnImage() throws IOException {
        byte[] png = green();
        Answer answer = server.post("classify/scaled2?top=1", png, "X-Request-Id", "my-image");
        assertThat(answer.json().path("predictions").path(0).path("label").asText())
                .isEqualTo("green2");
        assertThat(answer.json().path("predictions")).hasSize(1);
        assertThat(answer.json().path("id").asText()).isEqualTo("my-image");
        assertThat(answer.response().headers().firstValue("X-Request-Id")).hasValue("my-image");
        assertThat(server.post("v2/models/scaled1/versions/1/classify", png)
                        .json()
                        .path("predictions"))
                .hasSize(3);
        assertThat(server.post("classify/scaled1", "no image").error()).contains("expected a PNG, JPEG, GIF");
        assertThat(server.post("classify/pick", png).error()).contains("ham.labels");
        Answer text = server.post("classify/scaled1", "a text", "Content-Type", "text/plain");
        assertThat(text.status()).isEqualTo(400);
        assertThat(text.error()).contains("of a text encoder");
    }

    @Test
    void loadsAndUnloads() {
        assertThat(server.post("v2/repository/index", "").json().toString()).contains("\"scaled1\"", "\"pick\"");
        assertThat(server.post("v2/repository/models/pick/unload", "{}").status())
                .isEqualTo(200);
        assertThat(server.post("v2/repository/index", "").json().toString())
                .contains("{\"name\":\"pick\",\"version\":\"\",\"state\":\"UNAVAILABLE\",\"reason\":\"unloaded\"}");
        assertThat(server.post("v2/repository/index", "{\"ready\":true}").json().toString())
                .doesNotContain("pick");
        assertThat(server.get("v2/models/pick/ready").status()).isEqualTo(503);
        assertThat(server.get("v2/health/ready").status()).isEqualTo(200);
        assertThat(server.post("v2/repository/models/pick/load", "").status()).isEqualTo(200);
        assertThat(server.get("v2/models/pick/ready").status()).isEqualTo(200);
    }

    @Test
    void numbersAndLinesTellOfRequests() {
        server.post(
                "v2/models/pick/infer",
                "{\"inputs\":[{\"name\":\"index\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[1]}]}",
                "X-Request-Id",
                "told");
        String metrics = server.get("metrics").text();
        assertThat(metrics)
                .contains(
                        "ham_request_seconds_bucket{call=\"infer\",model=\"pick\",protocol=\"http\",status=\"200\",le=\"0.001\"}")
                .contains("ham_batch_rows_bucket{model=\"pick\"", "ham_queue_requests{model=\"pick\"}")
                .contains("process_resident_memory_bytes");
        JsonNode line = server.log().stream()
                .filter(each -> each.path("id").asText().equals("told"))
                .findFirst()
                .orElseThrow();
        assertThat(line.path("call").asText()).isEqualTo("infer");
        assertThat(line.path("status").asInt()).isEqualTo(200);
        assertThat(line.path("batch").asInt()).isEqualTo(1);
        assertThat(line.path("bytes_in").asInt()).isPositive();
    }

    @Test
    void servesThePage() {
        Answer page = server.get("");
        assertThat(page.text()).contains("<script src=\"page.js\"");
        assertThat(page.response()
                        .headers()
                        .firstValue("Content-Security-Policy")
                        .orElse(""))
                .contains("default-src 'none'");
        assertThat(server.get("page.js").status()).isEqualTo(200);
        assertThat(server.get("page.css").status()).isEqualTo(200);
    }
}
