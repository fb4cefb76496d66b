package ham.job.work;

import ham.common.Machine;
import ham.runtime.backend.OnnxRuntime;
import ham.train.config.RunConfig;
import ham.train.engine.TorchEngine;
import ham.train.record.RunRecord;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Versions and machine, as runs and measurements record them. */
public final class Environment {
    private Environment() {}

    /** Name to value, in the order in which they are shown. */
    public static Map<String, String> facts() {
        Map<String, String> facts = Machine.facts();
        facts.put("onnxruntime", OnnxRuntime.version());
        return facts;
    }

    /**
     * The same with the engine that trains a configuration.
     *
     * @param told hears why the CPU was taken where the choice was left to the engine
     */
    public static Map<String, String> ofTraining(RunConfig config, Consumer<String> told) {
        Map<String, String> facts = facts();
        Commit.of(Path.of(System.getProperty("ham.home", ".")))
                .ifPresent(commit -> facts.put(RunRecord.COMMIT, commit));
        try (TorchEngine engine = TorchEngine.open(config.device(), config.threads(), config.precision())) {
            engine.fallback(config.device()).ifPresent(told);
            facts.put("engine", engine.description());
            facts.put(RunRecord.PRECISION, engine.precision().optionName());
            facts.put(RunRecord.THREADS, String.valueOf(engine.threads()));
        }
        return facts;
    }
}
