package ham.runtime.tensorrt.binding;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;

/**
 * A C++ object that native code created and that is to be deleted once, here and by nobody else.
 *
 * <p>TensorRT 10 says {@code delete}; JavaCPP 1.5.12 can delete what Java created, but gives objects that native functions return no
 * deallocator (bytedeco/javacpp-presets issue 1699), so that their {@code close} does nothing. The function that deletes an object of a class
 * is compiled into the bindings all the same: it is taken from an empty object of that class. Nothing is left to the garbage collector, whose
 * order would be any.
 */
final class CppObject<P extends Pointer> implements AutoCloseable {
    private static final Map<Class<?>, Long> DELETES = new ConcurrentHashMap<>();

    private final P pointer;
    private final Object deallocator;
    private final Method deallocate;
    private boolean closed;

    private CppObject(P pointer, Object deallocator, Method deallocate) {
        this.pointer = pointer;
        this.deallocator = deallocator;
        this.deallocate = deallocate;
    }

    /**
     * Takes over an object.
     *
     * @param pointer what a native function returned, not null
     * @param empty makes an empty object of the same class
     */
    static <P extends Pointer> CppObject<P> own(P pointer, Supplier<P> empty) {
        try {
            Class<?> nativeDeallocator = Class.forName(Pointer.class.getName() + "$NativeDeallocator");
            Long known = DELETES.get(pointer.getClass());
            long function = known != null ? known : function(empty, nativeDeallocator);
            DELETES.put(pointer.getClass(), function);
            Constructor<?> constructor =
                    nativeDeallocator.getDeclaredConstructor(Pointer.class, long.class, long.class);
            constructor.setAccessible(true);
            Method deallocate = nativeDeallocator.getMethod("deallocate");
            deallocate.setAccessible(true);
            Object deallocator = constructor.newInstance(pointer, pointer.address(), function);
            return new CppObject<>(pointer, deallocator, deallocate);
        } catch (ReflectiveOperationException e) {
            throw otherJavaCpp(e);
        }
    }

    private static long function(Supplier<? extends Pointer> empty, Class<?> nativeDeallocator)
            throws ReflectiveOperationException {
        try (Pointer object = empty.get()) {
            Method deallocator = Pointer.class.getDeclaredMethod("deallocator");
            deallocator.setAccessible(true);
            Method address = nativeDeallocator.getMethod("deallocatorAddress");
            address.setAccessible(true);
            return (long) address.invoke(deallocator.invoke(object));
        }
    }

    P get() {
        if (closed) {
            throw new IllegalStateException(pointer.getClass().getSimpleName() + " was deleted");
        }
        return pointer;
    }

    /** Deletes the object, the first time. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                deallocate.invoke(deallocator);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw otherJavaCpp(e);
            }
            pointer.setNull();
        }
    }

    private static IllegalStateException otherJavaCpp(ReflectiveOperationException e) {
        return new IllegalStateException("JavaCPP is another than the 1.5.12 that this was written for", e);
    }

    /** C++ objects that are deleted together, the last one first. */
    static final class Scope implements AutoCloseable {
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
}
