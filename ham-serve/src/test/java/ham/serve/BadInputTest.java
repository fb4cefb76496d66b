package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import ham.serve.TestServer.Answer;
import ham.serve.service.Limits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What bad input gets over HTTP: a status, one sentence, and a server that goes on. */
class BadInputTest {
    private static final int MAX_BODY = 100_000;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.of(
                testdata("serve"),
                settings -> settings.optLimits(
                        new Limits(MAX_BODY, 2_000_000, Duration.ofMillis(600), Duration.ofSeconds(5), 50, 1_000_000)));
    }

    @AfterAll
    static void stop() {
        assertThat(server.post("v2/models/scaled1/infer", infer("FP32", "[1,3,2,2]", "[1,1,1,1,2,2,2,2,3,3,3,3]"))
                        .status())
                .isEqualTo(200);
        String metrics = server.get("metrics").text();
        assertThat(metrics).contains("ham_requests_bytes 0.0");
        server.close();
    }

    private static String infer(String datatype, String shape, String data) {
        return "{\"inputs\":[{\"name\":\"pixel_values\",\"datatype\":\"" + datatype + "\",\"shape\":" + shape
                + ",\"data\":" + data + "}]}";
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = ';',
            value = {
                "FP64; [1,3,2,2]; [1,1,1,1,2,2,2,2,3,3,3,3]; expected pixel_values to be of type float32, found float64",
                "FP31; [1,3,2,2]; [1]; expected a datatype of",
                "BYTES; [1,3,2,2]; [\"a\"]; expected a datatype of",
                "FP32; [1,3,2,3]; [1,1,1,1,1,1,2,2,2,2,2,2,3,3,3,3,3,3]; expected pixel_values to be of shape [batch, 3, 2, 2], found [1, 3, 2, 3]",
                "FP32; [12]; [1,1,1,1,2,2,2,2,3,3,3,3]; shape [batch, 3, 2, 2], found [12]",
                "FP32; [0,3,2,2]; []; number of rows, at least 1, found [0]",
                "FP32; [-1,3,2,2]; [1]; cannot hold them",
                "FP32; [1,3,2,2]; [1,2]; expected 12 elements, as the shape [1, 3, 2, 2] says, found 2",
                "FP32; [1,3,2,2]; [1,1,1,1,2,2,2,2,3,3,3,3,4]; found more",
                "FP32; [9223372036854775807,3,2,2]; [1]; cannot hold them",
                "FP32; [1,3,2,2]; [1,1,1,1,2,2,2,2,3,3,3,\"x\"]; expected numbers of type FP32, found x",
                "FP32; [1,3,2,2]; [1,1,1,1,2,2,2,2,3,3,3,1e39]; expected numbers of type FP32, found 1e39",
                "FP32; [1,3,2,2]; [1,1,1,1,2,2,2,2,3,3,3,null]; expected numbers of type FP32, found null",
                "FP32; [1,3,2,2]; [1,1,1,1,2,2,2,2,3,3,3,NaN]; broken JSON",
                "FP32; [1,3,2,2]; 7; expected data to be an array",
                "FP32; [1.5]; [1]; shape of at most 64 whole numbers",
                "FP32; \"x\"; [1]; Expected shape to be an array",
                "FP16; [1,3,2,2]; [1]; expected FP16 as binary data"
            })
    void tensorsThatDoNotFit(String datatype, String shape, String data, String message) {
        Answer answer = server.post("v2/models/scaled1/infer", infer(datatype, shape, data));
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.error()).contains(message).doesNotContain("Exception", "testdata");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"inputs\":[; broken JSON",
                "''; Expected a JSON object as the body, found nothing",
                "[]; Expected a JSON object as the body",
                "{}; Expected inputs with at least one tensor",
                "{\"inputs\":{}}; Expected inputs to be an array",
                "{\"inputs\":[{\"name\":\"pixel_values\"}]}; no datatype",
                "{\"inputs\":[{\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}; no name",
                "{\"inputs\":[{\"name\":\"pixel_values\",\"datatype\":\"FP32\",\"shape\":[1]}]}; expected data, or binary_data_size",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}; expected the inputs [pixel_values], found [x]",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]},{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}; found 'x' twice",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1],\"parameters\":{\"binary_data_size\":4}}]}; Inference-Header-Content-Length",
                "{\"inputs\":[],\"id\":7}; Expected id to be a text",
                "{\"inputs\":[]} {}; found more behind it",
                "{\"parameters\":{\"timeout\":\"x\"},\"inputs\":[{\"name\":\"pixel_values\",\"datatype\":\"FP32\",\"shape\":[1,3,2,2],\"data\":[1,1,1,1,2,2,2,2,3,3,3,3]}]}; parameter timeout to be a whole number",
                "{\"parameters\":{\"adapter\":\"a\"},\"inputs\":[{\"name\":\"pixel_values\",\"datatype\":\"FP32\",\"shape\":[1,3,2,2],\"data\":[1,1,1,1,2,2,2,2,3,3,3,3]}]}; expected no adapter, found 'a'",
                "{\"outputs\":[{\"name\":\"y\"}],\"inputs\":[{\"name\":\"pixel_values\",\"datatype\":\"FP32\",\"shape\":[1,3,2,2],\"data\":[1,1,1,1,2,2,2,2,3,3,3,3]}]}; expected outputs of [logits], found 'y'"
            })
    void bodiesThatAreNotTheProtocol(String body, String message) {
        Answer answer = server.post("v2/models/scaled1/infer", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.error()).contains(message).doesNotContain("Exception");
    }

    @Test
    void deepJsonIsRefused() {
        assertThat(server.post("v2/models/scaled1/infer", "[".repeat(50_000)).status())
                .isEqualTo(400);
        assertThat(server.post("v2/models/scaled1/infer", infer("FP32", "[1,3,2,2]", "[".repeat(20_000)))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aHeaderLengthThatIsNotOne() {
        assertThat(server.post("v2/models/scaled1/infer", "{}", "Inference-Header-Content-Length", "-1")
                        .error())
                .contains("whole number");
        assertThat(server.post("v2/models/scaled1/infer", "{}", "Inference-Header-Content-Length", "9")
                        .error())
                .contains("at most the 2 bytes");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, v2/models/other, 404",
        "POST, v2/models/other/infer, 404",
        "POST, v2/models/..%2f..%2fetc%2fpasswd/infer, 400",
        "POST, v2/models/%2e%2e/infer, 400",
        "POST, v2/models/scaled1%00/infer, 400",
        "POST, v2/models/scaled1.onnx/infer, 404",
        "GET, v2/models/scaled1/more/x, 404",
        "GET, v2/models/scaled1/infer, 405",
        "POST, v2, 405",
        "DELETE, v2/models/scaled1, 405",
        "GET, nothing/here, 404",
        "POST, v2/repository/models/other/load, 404",
        "POST, v2/repository/models/scaled1/eat, 404",
        "POST, classify, 400"
    })
    void pathsThatAreNotThere(String method, String path, int status) {
        Answer answer = server.send(HttpRequest.newBuilder(server.uri(path)).method(method, BodyPublishers.noBody()));
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.error()).startsWith("Expected").doesNotContain("Exception");
    }

    @Test
    void aLoadTakesNothingFromTheClient() {
        Answer answer =
                server.post("v2/repository/models/pick/load", "{\"parameters\":{\"file:1/model.onnx\":\"AAAA\"}}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).contains("without parameters");
    }

    @Test
    void aBodyThatIsTooLarge() throws IOException {
        assertThat(server.post("v2/models/scaled1/infer", new byte[MAX_BODY + 1])
                        .status())
                .isEqualTo(413);
        Answer chunked = server.send(HttpRequest.newBuilder(server.uri("v2/models/scaled1/infer"))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[2 * MAX_BODY]))));
        assertThat(chunked.status()).isEqualTo(413);
        String huge = raw(
                "POST /v2/models/scaled1/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n{");
        assertThat(huge).startsWith("HTTP/1.1 413").contains("at most 100000 bytes");
    }

    @Test
    void aRefusalReachesWhoIsStillSending() throws Exception {
        assertThat(sendSlowly("v2/models/scaled1/infer", 2 * MAX_BODY)).startsWith("HTTP/1.1 413");
        assertThat(sendSlowly("v2/models/other/infer", 2 * MAX_BODY)).startsWith("HTTP/1.1 404");
    }

    /** The whole body in parts, as simple clients do, and only then a look at the answer. */
    private static String sendSlowly(String path, int bytes) throws Exception {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), server.server.httpPort().getAsInt())) {
            socket.setSoTimeout(10_000);
            String head = "POST /" + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                    + bytes + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            for (int part = 0; part < 4; part++) {
                Thread.sleep(40);
                socket.getOutputStream().write(new byte[bytes / 4]);
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void halfARequestIsGivenUp() throws IOException {
        String answer = raw(
                "POST /v2/models/scaled1/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{\"inputs\":[");
        assertThat(answer).startsWith("HTTP/1.1 408").contains("found 11 bytes of its body");
        assertThat(raw("POST /v2/models/scaled1/infer HTTP/1.1\r\nHost:")).isEmpty();
        assertThat(raw("")).isEmpty();
    }

    @Test
    void headersThatDripAreGivenUp() throws Exception {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), server.server.httpPort().getAsInt())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            boolean open = true;
            for (int i = 0; open && i < 100; i++) {
                Thread.sleep(50);
                try {
                    socket.getOutputStream().write("X".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    open = false;
                }
            }
            assertThat(open).isFalse();
        }
    }

    @Test
    void whatIsNotHttpIsRefused() throws IOException {
        assertThat(raw("\u0016\u0003\u0001\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(raw("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void aPageOfAnotherSiteIsRefused() throws IOException {
        String start = "GET /v2 HTTP/1.1\r\nConnection: close\r\n";
        assertThat(raw(start + "Host: localhost:8000\r\nOrigin: http://localhost:8000\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(raw(start + "Host: localhost:8000\r\nOrigin: http://evil.example\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw(start + "Host: localhost:8000\r\nOrigin: null\r\n\r\n")).startsWith("HTTP/1.1 403");
        // A name of somebody else that was made to lead here.
        assertThat(raw(start + "Host: evil.example:8000\r\nOrigin: http://evil.example:8000\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw(start + "Host: evil.example:8000\r\n\r\n")).startsWith("HTTP/1.1 403");
        for (String host : List.of("LOCALHOST", "127.0.0.1:8000", "[::1]:8000", "192.168.0.7")) {
            assertThat(raw(start + "Host: " + host + "\r\n\r\n")).as(host).startsWith("HTTP/1.1 200");
        }
        assertThat(raw("GET /v2 HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aRunThatFailsIsTheServersFault() {
        Answer answer = server.post(
                "v2/models/pick/infer",
                "{\"inputs\":[{\"name\":\"index\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[99]}]}");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.error()).contains("pick").doesNotContain("testdata", "Exception");
    }

    @Test
    void imagesThatAreNone() throws IOException {
        assertThat(server.post("classify/scaled1", new byte[0]).error()).contains("empty");
        assertThat(server.post("classify/scaled1?top=0", "x").error()).contains("found '0'");
        assertThat(server.post("classify/scaled1?adapter=a", "GIF89a").status()).isEqualTo(400);
        assertThat(server.post("classify/scaled1", "--x", "Content-Type", "multipart/form-data; boundary=x")
                        .error())
                .contains("--data-binary");
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(1200, 1200, BufferedImage.TYPE_BYTE_BINARY), "png", png);
        Answer large = server.post("classify/scaled1", png.toByteArray());
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.error()).contains("megapixels");
        Answer header = server.post("classify/scaled1", "P6\n9999 9999\n255\n");
        assertThat(header.status()).isEqualTo(413);
        assertThat(header.error()).contains("found one of 100.0");
        assertThat(server.post("classify/scaled1", "P6\n300 300\n255\n").error())
                .contains("damaged or truncated one (too few bytes)");
    }

    /** What the server says before it closes. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), server.server.httpPort().getAsInt())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
