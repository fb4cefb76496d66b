package ham.runtime.app;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;

/**
 * Keeps ONNX Runtime's native libraries unpacked in the user's cache folder. ONNX Runtime would unpack 28 MB from its jar at every start, which
 * takes about a fifth of a second. A folder is named after the check sums of its files.
 */
public final class NativeCache {
    /** Where ONNX Runtime looks for its libraries before it unpacks them. */
    static final String PATH_PROPERTY = "onnxruntime.native.path";

    /** The last three are in builds for GPUs only. */
    private static final List<String> LIBRARIES = List.of(
            "onnxruntime",
            "onnxruntime4j_jni",
            "onnxruntime_providers_shared",
            "onnxruntime_providers_cuda",
            "onnxruntime_providers_tensorrt");

    private NativeCache() {}

    /**
     * Points ONNX Runtime, which must not be loaded yet, to the folder, and fills it first where that was never done. Does nothing where
     * somebody else has pointed it somewhere, or no folder can be written: it then unpacks its libraries itself.
     */
    public static void use() {
        if (System.getProperty(PATH_PROPERTY) == null) {
            try {
                List<JarEntry> entries = entries();
                if (!entries.isEmpty()) {
                    System.setProperty(PATH_PROPERTY, filled(root(), entries).toString());
                }
            } catch (IOException | RuntimeException e) {
                System.clearProperty(PATH_PROPERTY);
            }
        }
    }

    /** The cache folder of this user, as the XDG base directory specification says where there is nothing better. */
    static Path root() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        return xdg == null || xdg.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "ham")
                : Path.of(xdg, "ham");
    }

    /** The libraries for this machine in ONNX Runtime's jar; empty if there are none, or they lie in no jar. */
    static List<JarEntry> entries() throws IOException {
        List<JarEntry> entries = new ArrayList<>();
        for (String library : LIBRARIES) {
            URL url = OrtEnvironment.class.getResource(
                    "/ai/onnxruntime/native/" + platform() + "/" + System.mapLibraryName(library));
            if (url != null && url.openConnection() instanceof JarURLConnection connection) {
                entries.add(connection.getJarEntry());
            }
        }
        return entries;
    }

    /** As ONNX Runtime's jar calls it. */
    private static String platform() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch");
        String system = name.contains("mac") ? "osx" : name.contains("win") ? "win" : "linux";
        return system + "-" + (machine.equals("amd64") || machine.equals("x86_64") ? "x64" : machine);
    }

    /** The folder with all entries in it: each unpacked beside its place and then moved there, so that what is in use is never half written. */
    static Path filled(Path root, List<JarEntry> entries) throws IOException {
        StringBuilder name = new StringBuilder("onnxruntime");
        entries.forEach(entry -> name.append('-').append(Long.toHexString(entry.getCrc())));
        Path folder = Files.createDirectories(root.resolve(name.toString()));
        for (JarEntry entry : entries) {
            Path file = folder.resolve(entry.getName().substring(entry.getName().lastIndexOf('/') + 1));
            if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
                unpack(entry, file);
            }
        }
        return folder;
    }

    private static void unpack(JarEntry entry, Path file) throws IOException {
        Path fresh = Files.createTempFile(file.getParent(), "unpacking-", "");
        try (InputStream in = OrtEnvironment.class.getResourceAsStream("/" + entry.getName())) {
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
