package ham.merge.kernel;

import java.util.concurrent.CompletableFuture;

/** Finds out once what works, in a thread of its own that begins when this class is first touched. */
final class Probe {
    /** Never fails: plain Java always works. */
    static final CompletableFuture<Kernels> RESULT = CompletableFuture.supplyAsync(Probe::probe, task -> {
        Thread thread = new Thread(task, "ham-kernels");
        thread.setDaemon(true);
        thread.start();
    });

    private Probe() {}

    private static Kernels probe() {
        if ("plain".equals(System.getProperty("ham.kernels"))) {
            return Kernels.plain();
        }
        try {
            return new OpenBlasKernels();
        } catch (LinkageError | RuntimeException e) {
            // The first cause says what is missing; every later touch would only say that the class cannot be
            // initialised.
            return new PlainKernels("plain Java, because OpenBLAS does not load: " + root(e));
        }
    }

    private static Throwable root(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
