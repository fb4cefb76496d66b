package ham.train.engine;

import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** Finds the native PyTorch of this process and tells DJL, which reads system properties while it loads. */
final class NativeTorch {
    private static final String OFFLINE = "ai.djl.offline";
    private static final String JNI_PATH = "jna.library.path";
    /** CUDA build of DJL's JNI library for linux-x86_64, as its archive names it. */
    private static final int CUDA = 128;

    private NativeTorch() {}

    /** What will be loaded. */
    static LibTorch find() {
        return LibTorch.find(
                jni(),
                new LibTorch.Surroundings(
                        Utils::getEnvOrSystemProperty, bundled(), Utils.getEngineCacheDir("pytorch"), libraries()));
    }

    /** Tells DJL. A download is allowed only where nothing else is there, and never against what the user set. */
    static void prepare(LibTorch found) {
        if (System.getProperty(OFFLINE) == null) {
            System.setProperty(OFFLINE, String.valueOf(found.source() != LibTorch.Source.DOWNLOAD));
        }
        if (found.source() == LibTorch.Source.NAMED) {
            set(LibTorch.VERSION, found.version());
            set(LibTorch.FLAVOR, found.cuda() ? jni().flavor() : "cpu");
        }
        found.runtime().ifPresent(folder -> set(JNI_PATH, folder.toString()));
    }

    private static void set(String property, String value) {
        if (Utils.getEnvOrSystemProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** {@code jni_version=2.7.1-0.36.0} in the JNI library's archive. */
    static LibTorch.Jni jni() {
        String[] parts = property("jnilib/pytorch.properties", "jni_version")
                .orElseThrow(() -> new IllegalStateException("DJL's pytorch-jni is not on the class path"))
                .split("-", -1);
        return new LibTorch.Jni(parts[0], parts[1], CUDA);
    }

    private static Optional<String> bundled() {
        return property("native/lib/pytorch.properties", "version");
    }

    private static Optional<String> property(String resource, String key) {
        try (InputStream in = NativeTorch.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(in);
            return Optional.ofNullable(properties.getProperty(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the dynamic linker of a usual Linux looks. */
    static List<Path> libraries() {
        String path = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
        return Stream.concat(
                        Stream.of(path.split(":")).filter(each -> !each.isBlank()),
                        Stream.of(
                                "/usr/local/cuda/lib64",
                                "/usr/local/cuda/targets/x86_64-linux/lib",
                                "/usr/lib/x86_64-linux-gnu",
                                "/usr/lib64",
                                "/usr/lib"))
                .map(Path::of)
                .toList();
    }
}
