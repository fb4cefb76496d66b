package ham.merge.kernel;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Work on every weight, by as many threads as there are processors. */
public final class Parallel {
    private Parallel() {}

    /**
     * The results in the order of {@code items}.
     *
     * @param finished hears how many are done, after each
     */
    public static <T, R> List<R> map(List<T> items, Function<T, R> work, IntConsumer finished) {
        AtomicInteger count = new AtomicInteger();
        return IntStream.range(0, items.size())
                .parallel()
                .mapToObj(i -> {
                    R result = work.apply(items.get(i));
                    finished.accept(count.incrementAndGet());
                    return result;
                })
                .toList();
    }
}
