package ham.runtime;

import ham.common.ErrorCode;
import ham.common.Found;
import ham.common.HamException;
import java.nio.file.Path;

/**
 * An image, a model file, a tensor or a setting that cannot be used.
 *
 * <p>The message is one sentence for the person who gave it: which file or tensor, what was expected, what was found,
 * and, where it helps, what to do. A fault of the program itself is never reported with this class.
 */
public final class ModelException extends HamException {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(ErrorCode.INPUT, message, null);
    }

    public ModelException(String message, Throwable cause) {
        super(ErrorCode.INPUT, message, cause);
    }

    /**
     * Checks that a file is there, holds something, may be read by this user and is no pointer of Git LFS.
     *
     * @param what what the file should be, for the message ("an ONNX model")
     * @throws ModelException if something else is there
     */
    public static void requireFile(Path file, String what) {
        Found.instead(file).ifPresent(found -> {
            throw new ModelException(file + ": expected " + what + ", found " + found + ".");
        });
        if (file.toFile().length() == 0) {
            throw new ModelException(file + ": expected " + what + ", found an empty file.");
        }
    }

    private ModelException(Parameter parameter, String problem) {
        super(parameter.name(), problem);
    }

    private record Parameter(String name) {}

    /**
     * A setting whose value cannot be used.
     *
     * @param parameter its name, with which the message begins: {@code threads}, and never an option of a command line
     * @param problem what was expected, what was found and, where it is not obvious, what to do
     */
    public static ModelException parameter(String parameter, String problem) {
        return new ModelException(new Parameter(parameter), problem);
    }
}
