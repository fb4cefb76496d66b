package ham.merge.peft;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.adapter.LayerShape;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes {@code adapter_config.json}. Ranks and scalings may differ between modules: {@code r} and {@code lora_alpha} are the most common ones,
 * and {@code rank_pattern} and {@code alpha_pattern} name every other module by its whole path, which every release of PEFT matches with this
 * module.
 */
final class ConfigWriter {
    private ConfigWriter() {}

    /**
     * Writes the file.
     *
     * @param folder exists already
     * @param base for {@code base_model_name_or_path}, null when unknown
     * @param layers path of every adapted module to the shape of its factors; at least one
     * @param targets {@code target_modules}
     * @param excluded {@code exclude_modules}
     * @param saved {@code modules_to_save}
     * @throws InputException when these modules cannot be told apart by PEFT's rules
     */
    static void write(
            Path folder,
            String base,
            SortedMap<String, LayerShape> layers,
            boolean loraBias,
            List<String> targets,
            List<String> excluded,
            List<String> saved)
            throws IOException {
        SortedMap<String, Integer> ranks = new TreeMap<>();
        SortedMap<String, Double> alphas = new TreeMap<>();
        layers.forEach((module, layer) -> {
            ranks.put(module, layer.rank());
            alphas.put(module, layer.scaling() * layer.rank());
        });
        int rank = mostCommon(ranks);
        double alpha = mostCommon(alphas);
        ObjectNode config = JsonFiles.object();
        config.set("alpha_pattern", JsonFiles.tree(others(alphas, alpha)));
        config.put("base_model_name_or_path", base);
        config.put("bias", "none");
        config.set("exclude_modules", JsonFiles.tree(excluded.isEmpty() ? null : excluded));
        config.put("fan_in_fan_out", false);
        config.put("inference_mode", true);
        config.put("init_lora_weights", true);
        config.put("lora_alpha", alpha);
        config.put("lora_bias", loraBias);
        config.put("lora_dropout", 0.0);
        config.set("modules_to_save", JsonFiles.tree(saved.isEmpty() ? null : saved));
        config.put("peft_type", "LORA");
        config.put("r", rank);
        config.set("rank_pattern", JsonFiles.tree(others(ranks, rank)));
        config.set("target_modules", JsonFiles.tree(targets));
        config.putNull("task_type");
        config.put("use_dora", false);
        config.put("use_rslora", false);
        Path file = folder.resolve(PeftReader.CONFIG);
        JsonFiles.write(file, config);
        requireAsMeant(PeftConfig.read(file), layers);
    }

    /** The smallest of the values that occur most often. */
    private static <T extends Comparable<T>> T mostCommon(Map<String, T> values) {
        Map<T, Long> counts =
                values.values().stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return counts.entrySet().stream()
                .min(Map.Entry.<T, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
    }

    private static <T> Map<String, T> others(SortedMap<String, T> values, T common) {
        SortedMap<String, T> others = new TreeMap<>(values);
        others.values().removeIf(common::equals);
        return others;
    }

    /** PEFT looks for the end of a path, so that one module's name may mean another too. */
    private static void requireAsMeant(PeftConfig config, SortedMap<String, LayerShape> layers) {
        layers.forEach((module, layer) -> {
            double error = Math.abs(config.scaling(module) - layer.scaling());
            if (!config.modules().adapts(module)
                    || config.rank(module) != layer.rank()
                    || error > 1e-12 * Math.abs(layer.scaling())) {
                throw new InputException("module " + module + ": expected a path that PEFT tells from the other adapted"
                        + " modules, found one that also ends in another's; such adapters cannot be written for PEFT");
            }
        });
    }
}
