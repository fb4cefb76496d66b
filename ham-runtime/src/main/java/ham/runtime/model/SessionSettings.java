package ham.runtime.model;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ham.runtime.ModelException;
import ham.runtime.backend.OnnxRuntime;
import ham.runtime.backend.Provider;
import ham.runtime.backend.ProviderOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a session runs.
 *
 * @param threads threads that share one operator; 0 for ONNX Runtime's default, one per physical core
 * @param provider what runs the operators
 * @param sharedWeights whether weights in external data are used as they lie in the file, which several sessions then hold once together;
 *     otherwise each session packs a copy of its own, which runs faster
 * @param optimization how far the graph is rewritten
 */
public record SessionSettings(int threads, Provider provider, boolean sharedWeights, Optimization optimization) {
    /** More threads than any machine has use for; each takes memory. */
    private static final int MOST_THREADS = 1024;

    /**
     * Checks the number.
     *
     * @throws ModelException if it is refused
     */
    public SessionSettings {
        refusal(threads).ifPresent(sentence -> {
            throw ModelException.parameter("threads", sentence);
        });
    }

    /** What is wrong with a number of threads, if anything is. */
    public static Optional<String> refusal(int threads) {
        return threads < 0 || threads > MOST_THREADS
                ? Optional.of("expected 0 (one per core) to " + MOST_THREADS + ", found " + threads)
                : Optional.empty();
    }

    /** On the CPU, fastest run. */
    public SessionSettings(int threads) {
        this(threads, new Provider.Cpu(), false, Optimization.ALL);
    }

    /** The same on another provider. */
    public SessionSettings on(Provider other) {
        return new SessionSettings(threads, other, sharedWeights, optimization);
    }

    /** The same with weights that several sessions hold once together. */
    public SessionSettings sharingWeights() {
        return new SessionSettings(threads, provider, true, optimization);
    }

    /** The same with another effort at the start. */
    public SessionSettings optimized(Optimization other) {
        return new SessionSettings(threads, provider, sharedWeights, other);
    }

    /**
     * As ONNX Runtime takes it; to be closed when the session is open.
     *
     * @param model the file that is opened; empty for a model in memory
     * @throws ModelException when the provider does not work on this machine
     */
    SessionOptions options(Optional<Path> model) throws OrtException {
        SessionOptions options = new SessionOptions();
        try {
            if (OnnxRuntime.sharesThreads()) {
                options.disablePerSessionThreads();
            } else {
                options.setIntraOpNumThreads(threads);
            }
            options.setOptimizationLevel(optimization.level());
            if (sharedWeights) {
                options.addConfigEntry("session.disable_prepacking", "1");
            }
            apply(options, model);
            return options;
        } catch (OrtException | RuntimeException e) {
            options.close();
            throw e;
        }
    }

    private void apply(SessionOptions options, Optional<Path> model) {
        try {
            ProviderOptions.apply(provider, options, model);
        } catch (OrtException e) {
            throw new ModelException(
                    "Backend " + provider.label() + ": expected ONNX Runtime's " + provider.executionProvider()
                            + ", but it does not work here (" + OnnxRuntime.reason(e) + ").",
                    e);
        }
    }
}
