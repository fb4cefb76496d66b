package ham.runtime.tensorrt;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.Dims64;

/** Shapes as TensorRT takes and gives them. */
final class NvShapes {
    private NvShapes() {}

    /** To be closed. */
    static Dims64 of(long... sizes) {
        Dims64 dims = new Dims64();
        dims.nbDims(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            dims.d(i, sizes[i]);
        }
        return dims;
    }

    /** The sizes, -1 for one that is not known; a negative number of dimensions, TensorRT's "not known", gives none. */
    static List<Long> list(Dims64 dims) {
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < dims.nbDims(); i++) {
            sizes.add(dims.d(i));
        }
        return sizes;
    }
}
