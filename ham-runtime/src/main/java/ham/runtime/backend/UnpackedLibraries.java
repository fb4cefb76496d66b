package ham.runtime.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The temporary folder into which ONNX Runtime unpacks its native libraries. ONNX Runtime itself deletes the files when the JVM ends, but leaves
 * the folder.
 */
final class UnpackedLibraries {
    private UnpackedLibraries() {}

    /** Has the folder deleted when the JVM ends; does nothing where ONNX Runtime keeps it under another name. */
    static void deleteAtExit() {
        try {
            var field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
            field.setAccessible(true);
            if (field.get(null) instanceof Path folder) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            }
        } catch (ReflectiveOperationException | IllegalStateException e) {
            // An empty folder stays behind, or the JVM is ending already.
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path each : (Iterable<Path>) tree.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            // Windows does not delete libraries in use; the operating system clears its temporary folder.
        }
    }
}
