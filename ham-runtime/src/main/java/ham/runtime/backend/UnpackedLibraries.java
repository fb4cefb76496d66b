package ham.runtime.backend;

import java.io.IOException;
import java.lang.reflect.Field;
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

    /** Has the folder deleted when the JVM ends, once it is there; does nothing where ONNX Runtime keeps it under another name. */
    static void deleteAtExit() {
        try {
            Class<?> unpacker = Class.forName("ai.onnxruntime.OnnxRuntime");
            Field folder = unpacker.getDeclaredField("tempDirectory");
            folder.setAccessible(true);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(unpacker, folder)));
        } catch (ReflectiveOperationException | IllegalStateException e) {
            // An empty folder stays behind, or the JVM is ending already.
        }
    }

    /** ONNX Runtime holds its class's lock while it unpacks. */
    private static void delete(Class<?> unpacker, Field folder) {
        synchronized (unpacker) {
            try {
                if (folder.get(null) instanceof Path path) {
                    delete(path);
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("the field was made accessible", e);
            }
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
