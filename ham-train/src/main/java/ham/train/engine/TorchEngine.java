package ham.train.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ham.merge.InputException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The PyTorch engine on one device. Everything made through it is freed when it is closed.
 *
 * <p>Which native PyTorch is loaded says {@link LibTorch}. Nothing is downloaded but by a build that bundles none (profile gpu) where none is
 * installed either, and never where the system property {@code ai.djl.offline} is {@code true}.
 */
public final class TorchEngine implements AutoCloseable {
    private static final Pattern GPU = Pattern.compile("gpu:(\\d{1,3})");

    private final Engine engine;
    private final LibTorch library;
    private final Device device;
    private final MixedPrecision precision;
    private final NDManager manager;
    private String fixedProduct = "";

    private TorchEngine(Engine engine, LibTorch library, Device device, MixedPrecision precision) {
        this.engine = engine;
        this.library = library;
        this.device = device;
        this.precision = precision;
        this.manager = engine.newBaseManager(device);
    }

    /** Starts the engine in fp32; see {@link #open(String, int, String)}. */
    public static TorchEngine open(String device, int threads) {
        return open(device, threads, "fp32");
    }

    /**
     * Starts the engine.
     *
     * @param device {@code auto} (the first GPU, else the CPU), {@code cpu}, or {@code gpu:N}
     * @param threads threads of one operation on the CPU; 0 leaves the choice to PyTorch (all cores). Holds for the whole JVM.
     * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}: what {@link MixedPrecision#choose} makes of it
     * @throws InputException if the device is not there, does not go with the precision, or PyTorch cannot be loaded on this machine
     */
    public static TorchEngine open(String device, int threads, String precision) {
        if (threads < 0) {
            throw new InputException(
                    "threads: expected 0 (all cores) or more, found " + threads + "; choose such a number");
        }
        LibTorch library = NativeTorch.find();
        Engine engine = start(library);
        Device chosen = choose(device, engine.getGpuCount(), library);
        MixedPrecision format = MixedPrecision.choose(precision, chosen.isGpu());
        if (threads > 0) {
            JniUtils.setNumThreads(threads);
        }
        return new TorchEngine(engine, library, chosen, format);
    }

    /** The native PyTorch that is or will be loaded in this process; loads nothing. */
    public static LibTorch library() {
        return NativeTorch.find();
    }

    /** Folders in which the dynamic linker of this machine looks for libraries, as far as they are known. */
    public static List<Path> libraryFolders() {
        return NativeTorch.libraries();
    }

    /** What DJL's JNI library is made for, for people: {@code for PyTorch 2.7.1 on CPUs and CUDA 12.8, of DJL 0.36.0}. */
    public static String jni() {
        LibTorch.Jni jni = NativeTorch.jni();
        return "for PyTorch " + jni.version() + " on CPUs and CUDA " + jni.cudaText() + ", of DJL " + jni.djl();
    }

    /** How many GPUs CUDA shows to this engine. */
    public int gpus() {
        return engine.getGpuCount();
    }

    private static Engine start(LibTorch library) {
        NativeTorch.prepare(library);
        try {
            return Engine.getEngine("PyTorch");
        } catch (EngineException | LinkageError e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new InputException(
                    "PyTorch: expected an engine that loads on this machine, found " + cause.getMessage() + " ("
                            + library.text() + "); " + remedy(library),
                    e);
        }
    }

    private static String remedy(LibTorch library) {
        return switch (library.source()) {
            case NAMED -> "check that folder, and the CUDA libraries that it needs";
            case BUNDLED, CACHED -> "check free space in DJL's cache folder (DJL_CACHE_DIR moves it)";
            case DOWNLOAD ->
                "set " + LibTorch.LIBRARY_PATH
                        + " to the folder of an installed PyTorch, or build without -Pgpu for the CPU";
        };
    }

    static Device choose(String name, int gpus, LibTorch library) {
        Matcher gpu = GPU.matcher(name);
        if (name.equals("cpu") || (name.equals("auto") && gpus == 0)) {
            return Device.cpu();
        }
        if (name.equals("auto")) {
            return Device.gpu(0);
        }
        if (!gpu.matches()) {
            throw new InputException("device: expected auto, cpu or gpu:N, found '" + name + "'; choose one of these");
        }
        int number = Integer.parseInt(gpu.group(1));
        if (number >= gpus) {
            throw new InputException("device: expected a CUDA GPU for '" + name + "', found "
                    + (gpus == 0 ? "none" + because(library) : gpus + " (numbered from 0)") + "; use cpu or auto");
        }
        return Device.gpu(number);
    }

    private static String because(LibTorch library) {
        return library.noGpuBecause().map(reason -> ": " + reason).orElse("");
    }

    /**
     * Why the CPU was taken where the choice was left to the engine, in one line; empty where a GPU was.
     *
     * @param asked the device that {@link #open(String, int, String)} was given
     */
    public Optional<String> fallback(String asked) {
        return asked.equals("auto") && !device.isGpu()
                ? Optional.of("training on the CPU, since "
                        + library.noGpuBecause().orElse("CUDA finds no GPU here (no driver, or none that it may use)"))
                : Optional.empty();
    }

    /** A manager of native arrays, to be closed by whoever asks for it, at the latest closed with this engine. */
    public NDManager newManager() {
        return manager.newSubManager();
    }

    /** The number format of matrix products. */
    public MixedPrecision precision() {
        return precision;
    }

    /** TorchScript: what {@link MixedPrecision#PRODUCT} computes in float32, by the library that is faster here; for what is not differentiated. */
    public synchronized String fixedProduct() {
        if (fixedProduct.isEmpty()) {
            fixedProduct = FixedProduct.choose(this);
        }
        return fixedProduct;
    }

    /** Threads of one operation on the CPU. */
    public int threads() {
        return JniUtils.getNumThreads();
    }

    /** Engine, version, device and threads, for a run's record: {@code PyTorch 2.7.1, cpu, 2 threads}. */
    public String description() {
        return engine.getEngineName() + " " + engine.getVersion() + ", " + deviceName() + ", " + threads() + " threads";
    }

    private String deviceName() {
        return device.isGpu() ? "gpu:" + device.getDeviceId() : "cpu";
    }

    /** Where it computes. */
    public Device device() {
        return device;
    }

    @Override
    public void close() {
        manager.close();
    }
}
