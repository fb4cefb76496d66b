package ham.common;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** ham's version, the JVM and the machine, as runs and measurements record them. */
public final class Machine {
    private Machine() {}

    /** Name to value, in the order in which they are shown; the map may be added to. */
    public static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("ham", Version.current());
        facts.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
        facts.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("arch", System.getProperty("os.arch"));
        facts.put("cpu", cpu().orElse("unknown"));
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("max heap", Runtime.getRuntime().maxMemory() / (1 << 20) + " MB");
        return facts;
    }

    /** The processor's name; empty where the system does not tell. */
    public static Optional<String> cpu() {
        return cpuInfo()
                .lines()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /** What Linux tells of the processor, the text of {@code /proc/cpuinfo}; elsewhere nothing. */
    public static String cpuInfo() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
