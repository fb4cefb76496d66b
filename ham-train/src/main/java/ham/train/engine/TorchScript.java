package ham.train.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import ham.merge.io.TemporaryFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A program that is given to PyTorch as TorchScript text, for operators that DJL does not offer and for whole steps in one call.
 *
 * <p>A TorchScript file is an uncompressed zip: the code as text, a pickle that names the module's class, a pickle of an empty
 * tuple of constants, a format version and the byte order. The module has no parameters of its own: everything is passed in.
 */
public final class TorchScript implements AutoCloseable {
    /** Pickle, protocol 2: an instance of {@code __torch__.Function} with an empty state. */
    private static final String MODULE_PICKLE = "\u0080\u0002c__torch__\nFunction\n)\u0081}b.";
    /** Pickle, protocol 2: the empty tuple. */
    private static final String CONSTANTS_PICKLE = "\u0080\u0002).";

    private final Model model;

    /**
     * Compiles a function of tensors.
     *
     * @param parameters names of the tensors that it takes
     * @param result TorchScript type of what it returns, {@code Tensor} or {@code Tuple[Tensor, ...]}
     * @param body its lines, without indentation
     */
    public TorchScript(TorchEngine engine, String parameters, String result, String body) {
        this(
                engine,
                "",
                "forward(" + parameters.replace(",", ": Tensor,") + ": Tensor) -> " + result + ":\n" + body.indent(2));
    }

    /**
     * Compiles a function that calls others.
     *
     * @param functions definitions of the others, which are called as {@code __torch__.name(...)}
     * @param main {@code forward(name: type, ...) -> type:} and its body, indented by two
     */
    public TorchScript(TorchEngine engine, String functions, String main) {
        String method = "def " + main.replaceFirst("\\(", "(self: __torch__.Function, ");
        String code =
                functions + "class Function(Module):\n  __parameters__ = []\n  __buffers__ = []\n" + method.indent(2);
        model = Model.newInstance("function", engine.device(), "PyTorch");
        try {
            model.load(new ByteArrayInputStream(archive(code)));
        } catch (IOException e) {
            // DJL puts what it reads from memory into a temporary folder first.
            model.close();
            throw TemporaryFiles.unwritable(e);
        } catch (MalformedModelException e) {
            model.close();
            throw new IllegalStateException("PyTorch refused this program:\n" + code, e);
        }
    }

    /** Calls the function in inference mode, that is without gradients; the results belong to {@code manager}. */
    public NDList run(NDManager manager, NDArray... arguments) {
        NDList results = ProgramGate.PROCESS.through(
                () -> model.getBlock().forward(new ParameterStore(manager, false), new NDList(arguments), false));
        results.attach(manager);
        return results;
    }

    /**
     * Calls a function that takes tensors and lists of tensors.
     *
     * <p>The program is run as it is written: PyTorch's graph optimiser would change it, and with it the last bits of its results, after
     * its first calls, so that a run that goes on in a new process would differ from one that was never interrupted.
     *
     * @param differentiates whether the function computes gradients; without that it runs in inference mode
     * @param manager to which the results belong
     * @param tensors the first arguments
     * @param lists what follows them; none may be empty, and no array may stand in two places but twice in one list
     */
    @SafeVarargs
    public final NDList call(boolean differentiates, NDManager manager, List<NDArray> tensors, List<NDArray>... lists) {
        NDList arguments = new NDList(tensors);
        tensors.forEach(tensor -> tensor.setName(null));
        for (int i = 0; i < lists.length; i++) {
            // How DJL passes a list: entries of one name that ends so.
            String name = "list" + i + "[]";
            lists[i].forEach(tensor -> tensor.setName(name));
            arguments.addAll(lists[i]);
        }
        NDList results = ProgramGate.PROCESS.through(() -> forward(arguments, differentiates));
        results.attach(manager);
        return results;
    }

    private NDList forward(NDList arguments, boolean differentiates) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(differentiates);
        try {
            return IValueUtils.forward((PtSymbolBlock) model.getBlock(), arguments, differentiates);
        } finally {
            JniUtils.setGradMode(before);
            JniUtils.setGraphExecutorOptimize(true);
        }
    }

    private static byte[] archive(String code) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "data.pkl", MODULE_PICKLE);
            put(zip, "code/__torch__.py", code);
            put(zip, "constants.pkl", CONSTANTS_PICKLE);
            put(zip, "version", "3\n");
            put(zip, "byteorder", "little");
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry("function/" + name);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    @Override
    public void close() {
        model.close();
    }
}
