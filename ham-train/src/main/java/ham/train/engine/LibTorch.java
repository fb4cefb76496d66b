package ham.train.engine;

import ham.merge.InputException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The native PyTorch that training will load, found and checked before anything is loaded. In this order: a folder that
 * {@code PYTORCH_LIBRARY_PATH} names (of a PyTorch that pip installed, or of the libtorch archive), what the build bundles, what DJL downloaded before
 * into its cache, and last a download by DJL.
 *
 * <p>DJL's JNI library is made for one version of PyTorch and one of CUDA, and crashes with others, so another version is refused.
 *
 * @param source where it comes from
 * @param folder where {@code libtorch.so} lies; empty where it is not on disk yet
 * @param version of PyTorch, without the build's suffix: {@code 2.7.1}
 * @param cuda whether it can calculate on an NVIDIA GPU
 * @param runtime folder with the CUDA runtime that counts GPUs; empty where none was found
 */
public record LibTorch(Source source, Optional<Path> folder, String version, boolean cuda, Optional<Path> runtime) {
    /** Where a native PyTorch can come from. */
    public enum Source {
        /** A folder that somebody named. */
        NAMED,
        /** An archive on the class path. */
        BUNDLED,
        /** DJL's cache, from a download before. */
        CACHED,
        /** A download by DJL, still to be made. */
        DOWNLOAD
    }

    /** Names a folder, here and for DJL. */
    public static final String LIBRARY_PATH = "PYTORCH_LIBRARY_PATH";
    /** Says which version the folder holds where it does not say so itself; here and for DJL. */
    public static final String VERSION = "PYTORCH_VERSION";
    /** Which of DJL's JNI libraries fits; for DJL. */
    static final String FLAVOR = "PYTORCH_FLAVOR";

    private static final String LIBRARY = System.mapLibraryName("torch");
    private static final String CUDA_LIBRARY = System.mapLibraryName("torch_cuda");
    private static final Pattern VERSION_LINE = Pattern.compile("__version__\\s*=\\s*'([^']+)'");
    private static final Pattern CUDA_LINE = Pattern.compile("cuda\\b[^=]*=\\s*'([^']+)'");
    private static final Pattern CUDA_RUNTIME = Pattern.compile("libcudart(-[0-9a-f]+)?\\.so\\.12(\\..*)?");

    /** What DJL's JNI library on the class path is made for. */
    record Jni(String version, String djl, int cuda) {
        /** The flavor of its CUDA build: {@code cu128}. */
        String flavor() {
            return "cu" + cuda;
        }

        /** As pip knows CUDA 12.8. */
        String cudaText() {
            return cuda / 10 + "." + cuda % 10;
        }
    }

    /**
     * What the search looks at.
     *
     * @param setting value of an environment variable or system property, null where it is not set
     * @param bundled version of the PyTorch on the class path; empty where there is none
     * @param cache DJL's folder for PyTorch
     * @param libraries folders in which the dynamic linker looks
     */
    record Surroundings(Function<String, String> setting, Optional<String> bundled, Path cache, List<Path> libraries) {}

    /**
     * The one that will be loaded.
     *
     * @throws InputException if a folder was named that holds none, or one of another version
     */
    static LibTorch find(Jni jni, Surroundings here) {
        String named = here.setting().apply(LIBRARY_PATH);
        if (named != null && !named.isBlank()) {
            return named(jni, here, named);
        }
        if (here.bundled().isPresent()) {
            return new LibTorch(
                    Source.BUNDLED,
                    Optional.empty(),
                    here.bundled().get().replaceFirst("-.*", ""),
                    false,
                    Optional.empty());
        }
        Path cached = here.cache().resolve(jni.version() + "-" + jni.flavor() + "-linux-x86_64");
        boolean there = Files.exists(cached.resolve(LIBRARY));
        return new LibTorch(
                there ? Source.CACHED : Source.DOWNLOAD,
                Optional.of(cached).filter(folder -> there),
                jni.version(),
                true,
                runtime(cached, here.libraries()));
    }

    private static LibTorch named(Jni jni, Surroundings here, String named) {
        List<Path> paths =
                Stream.of(named.split(File.pathSeparator)).map(Path::of).toList();
        // DJL takes the same paths and silently goes on without, so what it would not find is refused here.
        Path folder = paths.stream()
                .filter(path -> Files.isRegularFile(path.resolve(LIBRARY)))
                .findFirst()
                .orElseThrow(() -> new InputException(LIBRARY_PATH + ": expected a folder with " + LIBRARY
                        + ", found none in " + named + "; " + elsewhere(paths)));
        boolean cuda = Files.exists(folder.resolve(CUDA_LIBRARY));
        String said = here.setting().apply(VERSION);
        String full = said != null && !said.isBlank() ? said : written(folder);
        String version = full.replaceFirst("[+-].*", "");
        if (!version.equals(jni.version())) {
            throw new InputException(
                    folder,
                    "expected PyTorch " + wanted(jni, cuda) + ", which DJL " + jni.djl()
                            + " has a JNI library for, found " + full + "; " + install(jni));
        }
        toolkit(folder).filter(each -> cuda && !each.startsWith("12.")).ifPresent(each -> {
            throw new InputException(
                    folder,
                    "expected a PyTorch for CUDA 12, as DJL's JNI library is, found one for CUDA " + each + "; "
                            + install(jni));
        });
        return new LibTorch(
                Source.NAMED,
                Optional.of(folder.toAbsolutePath()),
                version,
                cuda,
                cuda ? runtime(folder, here.libraries()) : Optional.empty());
    }

    /** Where it lies instead, in pip's packages or an archive that was unpacked. */
    private static String elsewhere(List<Path> paths) {
        return paths.stream()
                .flatMap(path ->
                        Stream.of(path.resolve("lib"), path.resolve("torch").resolve("lib")))
                .filter(path -> Files.isRegularFile(path.resolve(LIBRARY)))
                .findFirst()
                .map(path -> "there is one in " + path + ", name that folder")
                .orElse("of a pip-installed PyTorch it is site-packages/torch/lib");
    }

    private static String wanted(Jni jni, boolean cuda) {
        return jni.version() + (cuda ? "+" + jni.flavor() : "");
    }

    /** How to get one that fits. */
    private static String install(Jni jni) {
        return "install it with pip install torch==" + jni.version() + "+" + jni.flavor()
                + " from PyTorch's index for CUDA " + jni.cudaText();
    }

    /** The version that pip's PyTorch or the libtorch archive says of itself. */
    private static String written(Path folder) {
        return match(folder.resolveSibling("version.py"), VERSION_LINE)
                .or(() -> firstLine(folder.resolveSibling("build-version")))
                .orElseThrow(() -> new InputException(
                        folder,
                        "expected a version.py or build-version beside it that says which PyTorch this is, found neither; set "
                                + VERSION));
    }

    /** The version of CUDA that pip's PyTorch was built for. */
    private static Optional<String> toolkit(Path folder) {
        return match(folder.resolveSibling("version.py"), CUDA_LINE);
    }

    private static Optional<String> match(Path file, Pattern pattern) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Matcher matcher = pattern.matcher(Files.readString(file));
            return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    private static Optional<String> firstLine(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst().map(String::strip);
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    /** Where the CUDA runtime lies: beside libtorch, in pip's package of it, or where the linker looks. */
    private static Optional<Path> runtime(Path folder, List<Path> libraries) {
        List<Path> places = new ArrayList<>(List.of(folder));
        Path packages = folder.toAbsolutePath().normalize().resolve("../..").normalize();
        places.add(packages.resolve("nvidia").resolve("cuda_runtime").resolve("lib"));
        places.addAll(libraries);
        return places.stream().filter(LibTorch::holdsRuntime).findFirst().map(Path::toAbsolutePath);
    }

    private static boolean holdsRuntime(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(
                    file -> CUDA_RUNTIME.matcher(file.getFileName().toString()).matches());
        } catch (IOException e) {
            return false;
        }
    }

    /** Why it cannot calculate on a GPU; empty when nothing here says so. */
    public Optional<String> noGpuBecause() {
        if (!cuda) {
            return Optional.of(
                    source == Source.BUNDLED
                            ? "the PyTorch " + version + " of this build is one for CPUs; a build with -Pgpu, or "
                                    + LIBRARY_PATH + " at a PyTorch with CUDA, changes that"
                            : "the PyTorch " + version + " in " + folder.orElseThrow() + " has no " + CUDA_LIBRARY);
        }
        if (runtime.isEmpty()) {
            return Optional.of(
                    "no libcudart.so.12 was found beside PyTorch or where the linker looks; set LD_LIBRARY_PATH");
        }
        return Optional.empty();
    }

    /** What it is, for people. */
    public String text() {
        String kind = cuda ? "with CUDA" : "for CPUs";
        return switch (source) {
            case NAMED -> "PyTorch " + version + " " + kind + " in " + folder.orElseThrow();
            case BUNDLED -> "PyTorch " + version + " " + kind + ", bundled";
            case CACHED -> "PyTorch " + version + " " + kind + " in DJL's cache " + folder.orElseThrow();
            case DOWNLOAD ->
                "PyTorch " + version + ": none is bundled, named or cached, so DJL downloads one that fits this machine"
                        + " (2 to 3 GB with CUDA) when it is first used; " + LIBRARY_PATH
                        + " names one that is installed";
        };
    }
}
