package ham.runtime.tensorrt;

import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.tensorrt.nvonnxparser.IParserError;

/** What the ONNX parser objects to. */
final class NvErrors {
    private static final int SHOWN = 3;

    private NvErrors() {}

    /** The first objections with the node that each is about, after a colon; empty if there are none. */
    static String text(int errors, IntFunction<IParserError> error) {
        String text = IntStream.range(0, Math.min(SHOWN, errors))
                .mapToObj(error)
                .map(each -> each.desc() + " [node " + each.nodeName() + ", " + each.nodeOperator() + "]")
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? "" : ": " + text;
    }
}
