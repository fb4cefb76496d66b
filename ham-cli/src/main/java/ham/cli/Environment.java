package ham.cli;

import ham.runtime.backend.OnnxRuntime;
import ham.train.engine.TorchEngine;
import ham.train.config.RunConfig;
import ham.train.run.RunRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Versions and machine, as runs and benchmarks record them. */
final class Environment {
    private Environment() {}

    /** Name to value, in the order in which they are shown. */
    static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("ham", Version.current());
        facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("arch", System.getProperty("os.arch"));
        facts.put("cpu", cpu());
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("max heap", Runtime.getRuntime().maxMemory() / (1 << 20) + " MB");
        facts.put("onnxruntime", OnnxRuntime.version());
        return facts;
    }

    /** The same with the engine that trains a configuration. */
    static Map<String, String> ofTraining(RunConfig config) {
        Map<String, String> facts = facts();
        try (TorchEngine engine = TorchEngine.open(config.device(), config.threads(), config.precision())) {
            facts.put("engine", engine.description());
            facts.put(RunRecord.PRECISION, engine.precision().optionName());
            facts.put(RunRecord.THREADS, String.valueOf(engine.threads()));
        }
        return facts;
    }

    private static String cpu() {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return "unknown";
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
