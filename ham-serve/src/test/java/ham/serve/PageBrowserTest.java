package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in headless Chromium ({@code -Pbrowser}): an image is dropped on it, and its classes appear. Spoken to by Chromium's own protocol. */
@Tag("browser")
class PageBrowserTest {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");

    @TempDir
    private Path temp;

    private final List<JsonNode> console = new ArrayList<>();
    private int sent;

    private static Path find() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> Assumptions.abort("expected one of " + NAMES + " on the PATH, found none"));
    }

    @Test
    void anImageThatIsDroppedGetsItsClasses() throws Exception {
        Path program = find();
        Path profile = temp.resolve("profile");
        try (TestServer server = TestServer.of(testdata("serve"), settings -> settings)) {
            Process browser = new ProcessBuilder(
                            program.toString(),
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--remote-debugging-port=0",
                            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                            "--user-data-dir=" + profile,
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(temp.resolve("out").toFile())
                    .start();
            try {
                drop(server, profile.resolve("DevToolsActivePort"));
            } finally {
                browser.descendants().forEach(ProcessHandle::destroyForcibly);
                browser.destroyForcibly().waitFor();
            }
        }
    }

    private void drop(TestServer server, Path active) throws Exception {
        for (int i = 0;
                i < 600 && !(Files.exists(active) && Files.readAllLines(active).size() > 1);
                i++) {
            Thread.sleep(100);
        }
        String port = Files.readAllLines(active).get(0);
        JsonNode pages = TestServer.MAPPER.readTree(HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json"))
                                .build(),
                        BodyHandlers.ofString())
                .body());
        String page = Stream.iterate(0, i -> i < pages.size(), i -> i + 1)
                .map(pages::get)
                .filter(each -> each.path("type").asText().equals("page"))
                .findFirst()
                .orElseThrow()
                .path("webSocketDebuggerUrl")
                .asText();
        BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(page), new Collecting(messages))
                .join();
        ask(socket, messages, "Runtime.enable", "{}");
        ask(socket, messages, "Log.enable", "{}");
        ask(socket, messages, "Page.enable", "{}");
        ask(socket, messages, "Page.navigate", "{\"url\":\"" + server.uri("") + "\"}");
        until(socket, messages, "document.querySelectorAll('#model option').length === 3");
        evaluate(socket, messages, "document.getElementById('model').value = 'scaled2'");
        evaluate(
                socket,
                messages,
                """
                (() => {
                  const bytes = Uint8Array.from(atob('%s'), c => c.charCodeAt(0));
                  const dropped = new DataTransfer();
                  dropped.items.add(new File([bytes], 'green.png', {type: 'image/png'}));
                  document.getElementById('drop').dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true}));
                })()
                """
                        .formatted(Base64.getEncoder().encodeToString(green())));
        until(socket, messages, "!document.getElementById('classes').hidden");
        assertThat(evaluate(socket, messages, "document.querySelector('#classes tbody td').textContent"))
                .isEqualTo("green2");
        assertThat(evaluate(socket, messages, "document.getElementById('status').textContent"))
                .startsWith("scaled2, version 1: ");
        assertThat(evaluate(socket, messages, "String(document.documentElement.scrollWidth <= innerWidth)"))
                .isEqualTo("true");
        String picture = ask(socket, messages, "Page.captureScreenshot", "{}")
                .path("data")
                .asText();
        Files.write(
                Files.createDirectories(Path.of("target")).resolve("page.png"),
                Base64.getDecoder().decode(picture));
        assertThat(console).as("messages on the console").isEmpty();
        socket.abort();
    }

    private static byte[] green() throws IOException {
        BufferedImage image = new BufferedImage(60, 40, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 60 * 40; i++) {
            image.setRGB(i % 60, i / 60, 0x00ff00);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private void until(WebSocket socket, BlockingQueue<JsonNode> messages, String condition) throws Exception {
        for (int i = 0; i < 300; i++) {
            if (evaluate(socket, messages, "String(" + condition + ")").equals("true")) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("never: " + condition + "; status: "
                + evaluate(socket, messages, "document.getElementById('status').textContent") + "; " + console);
    }

    private String evaluate(WebSocket socket, BlockingQueue<JsonNode> messages, String script) throws Exception {
        String parameters = TestServer.MAPPER
                .createObjectNode()
                .put("expression", script)
                .put("returnByValue", true)
                .toString();
        return ask(socket, messages, "Runtime.evaluate", parameters)
                .path("result")
                .path("value")
                .asText();
    }

    private JsonNode ask(WebSocket socket, BlockingQueue<JsonNode> messages, String method, String parameters)
            throws Exception {
        int id = ++sent;
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .join();
        while (true) {
            JsonNode message = messages.poll(60, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no answer to " + method);
            }
            if (message.path("id").asInt() == id) {
                return message.path("result");
            }
            String event = message.path("method").asText();
            if (event.equals("Runtime.consoleAPICalled")
                    || event.equals("Runtime.exceptionThrown")
                    || event.equals("Log.entryAdded")) {
                console.add(message);
            }
        }
    }

    /** Puts whole messages into a queue. */
    private static final class Collecting implements WebSocket.Listener {
        private final BlockingQueue<JsonNode> messages;
        private final StringBuilder text = new StringBuilder();

        Collecting(BlockingQueue<JsonNode> messages) {
            this.messages = messages;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    messages.add(TestServer.MAPPER.readTree(text.toString()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
