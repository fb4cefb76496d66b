package ham.runtime.tensorrt;

import java.time.Duration;

/** Hears where the making of an engine stands. TensorRT does not say how much is left, so it is the time that is told. */
@FunctionalInterface
public interface EngineProgress {
    /**
     * Called when a stage begins and every second while it lasts, on another thread than the caller's.
     *
     * @param stage for example {@code building}
     * @param elapsed since the stage began
     */
    void at(String stage, Duration elapsed);
}
