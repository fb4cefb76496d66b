package ham.runtime.tensorrt;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;

/** C++ objects that are deleted together, the last one first. */
final class CppScope implements AutoCloseable {
    private final Deque<CppObject<?>> objects = new ArrayDeque<>();

    /** See {@link CppObject#own}. */
    <P extends Pointer> P own(P pointer, Supplier<P> empty) {
        objects.push(CppObject.own(pointer, empty));
        return pointer;
    }

    @Override
    public void close() {
        while (!objects.isEmpty()) {
            objects.pop().close();
        }
    }
}
