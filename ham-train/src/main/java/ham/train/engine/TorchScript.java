package ham.train.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function that is given to PyTorch as TorchScript text, for operators that DJL does not offer.
 *
 * <p>A TorchScript file is an uncompressed zip: the code as text, a pickle that names the module's class, a pickle of an empty
 * tuple of constants, a format version and the byte order. The module has no parameters of its own: everything is passed in.
 * It runs in inference mode, that is without gradients.
 */
public final class TorchScript implements AutoCloseable {
    /** Pickle, protocol 2: an instance of {@code __torch__.Function} with an empty state. */
    private static final String MODULE_PICKLE = "\u0080\u0002c__torch__\nFunction\n)\u0081}b.";
    /** Pickle, protocol 2: the empty tuple. */
    private static final String CONSTANTS_PICKLE = "\u0080\u0002).";

    private final Model model;

    /**
     * Compiles a function.
     *
     * @param parameters names of the tensors that it takes
     * @param result TorchScript type of what it returns, {@code Tensor} or {@code Tuple[Tensor, ...]}
     * @param body its lines, without indentation
     */
    public TorchScript(TorchEngine engine, String parameters, String result, String body) {
        StringBuilder code = new StringBuilder("class Function(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
        code.append("  def forward(self: __torch__.Function");
        for (String parameter : parameters.split(", ", -1)) {
            code.append(",\n    ").append(parameter).append(": Tensor");
        }
        code.append(") -> ").append(result).append(":\n");
        body.lines().forEach(line -> code.append("    ").append(line).append('\n'));
        model = Model.newInstance("function", engine.device(), "PyTorch");
        try {
            model.load(new ByteArrayInputStream(archive(code.toString())));
        } catch (IOException | MalformedModelException e) {
            model.close();
            throw new IllegalStateException("PyTorch refused this function:\n" + code, e);
        }
    }

    /** Calls the function; the results belong to {@code manager}. */
    public NDList run(NDManager manager, NDArray... arguments) {
        NDList results = model.getBlock().forward(new ParameterStore(manager, false), new NDList(arguments), false);
        results.attach(manager);
        return results;
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
