package ham.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Headless Chromium.
 *
 * @param program what to start
 * @param temp a folder for pages and profiles
 */
record Browser(Path program, Path temp) {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    private static final int SECONDS = 60;

    /** Measures the page and writes what it finds as JSON into an element at its end. */
    private static final String PROBE =
            """
            <script>
            addEventListener('load', () => {
              document.querySelectorAll('details').forEach(each => each.open = true);
              const found = {texts: 0, outside: [], overlapping: [], small: []};
              for (const svg of document.querySelectorAll('svg')) {
                const frame = svg.getBoundingClientRect();
                const boxes = [...svg.querySelectorAll('text')].filter(text => text.textContent).map(text => [text, text.getBoundingClientRect()]);
                found.texts += boxes.length;
                boxes.forEach(([text, box], i) => {
                  const what = svg.getAttribute('aria-label') + ': ' + text.textContent;
                  if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.outside.push(what);
                  if (parseFloat(getComputedStyle(text).fontSize) * frame.width / (svg.viewBox.baseVal.width || frame.width) < 11) found.small.push(what);
                  for (const [other, with_] of boxes.slice(i + 1)) {
                    const x = Math.min(box.right, with_.right) - Math.max(box.left, with_.left);
                    const y = Math.min(box.bottom, with_.bottom) - Math.max(box.top, with_.top);
                    if (x > 1 && y > 4) found.overlapping.push(what + ' / ' + other.textContent);
                  }
                });
              }
              found.wide = document.documentElement.scrollWidth;
              found.high = document.documentElement.scrollHeight;
              found.requests = performance.getEntriesByType('resource').map(each => each.name);
              const result = document.createElement('pre');
              result.id = 'measured';
              result.textContent = encodeURIComponent(JSON.stringify(found));
              document.body.append(result);
            });
            </script>
            """;

    /**
     * What a visit gave.
     *
     * @param console messages
     * @param measured what the probe found
     */
    record Visit(List<String> console, JsonNode measured) {}

    /** The browser that {@code -Dham.browser=FILE} names, or the first on the PATH; without one the test is skipped. */
    static Browser find(Path temp) {
        String named = System.getProperty("ham.browser");
        if (named != null) {
            return new Browser(Path.of(named), temp);
        }
        return NAMES.stream()
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .map(program -> new Browser(program, temp))
                .orElseGet(() -> Assumptions.abort(
                        "expected one of " + NAMES + " on the PATH, found none; name one by -Dham.browser=FILE"));
    }

    /** Opens a page and measures it. */
    Visit visit(String page, int width) {
        try {
            Path file = write(page.replace("</body>", PROBE + "</body>"));
            List<String> arguments = List.of(
                    "--dump-dom",
                    "--window-size=" + width + ",900",
                    file.toUri().toString());
            Path out = temp.resolve("out");
            List<String> console = run(arguments, out).stream()
                    .filter(line -> line.contains("CONSOLE"))
                    .toList();
            String dom = Files.readString(out);
            int start = dom.lastIndexOf("<pre id=\"measured\">");
            if (start < 0) {
                throw new AssertionError("the probe did not end in " + dom.substring(0, Math.min(500, dom.length())));
            }
            String result = dom.substring(dom.indexOf('>', start) + 1, dom.indexOf("</pre>", start));
            String json = URLDecoder.decode(result.replace("+", "%2B"), StandardCharsets.UTF_8);
            return new Visit(console, JsonMapper.builder().build().readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a picture of a page. */
    void screenshot(String page, boolean dark, int width, int height, Path image) {
        try {
            Files.deleteIfExists(image);
            run(
                    List.of(
                            "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                            "--hide-scrollbars",
                            "--window-size=" + width + "," + height,
                            "--screenshot=" + image.toAbsolutePath(),
                            write(page).toUri().toString()),
                    temp.resolve("out"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path write(String page) throws IOException {
        return Files.writeString(temp.resolve("page.html"), page);
    }

    /** Runs it to its end without a network; what it says on standard error. */
    private List<String> run(List<String> more, Path out) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--enable-logging=stderr",
                "--virtual-time-budget=5000",
                "--user-data-dir=" + temp.resolve("profile")));
        command.addAll(more);
        Path errors = temp.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(program + " did not end within " + SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        List<String> said = Files.readAllLines(errors);
        if (process.exitValue() != 0) {
            throw new AssertionError(program + " ended with " + process.exitValue() + ": " + said);
        }
        return said;
    }
}
