package ham.serve.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page that takes an image, and what it is made of: resources of this class, not files. */
final class Pages {
    private static final Map<String, String> TYPES = Map.of(
            "page.html", "text/html; charset=utf-8",
            "page.js", "text/javascript; charset=utf-8",
            "page.css", "text/css; charset=utf-8");
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src blob:; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'";

    private final Map<String, byte[]> content = new LinkedHashMap<>();

    Pages() {
        TYPES.keySet().forEach(name -> content.put(name, read(name)));
    }

    private static byte[] read(String name) {
        try (InputStream in = Pages.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean has(List<String> path) {
        return path.size() == 1 && TYPES.containsKey(path.get(0));
    }

    void send(List<String> path, Reply reply) {
        String name = path.isEmpty() ? "page.html" : path.get(0);
        reply.send(
                TYPES.get(name),
                ByteBuffer.wrap(content.get(name)),
                Map.of("Content-Security-Policy", POLICY, "Referrer-Policy", "no-referrer"));
    }
}
