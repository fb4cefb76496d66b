package ham.merge.peft;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.checkpoint.Target;
import ham.merge.io.JsonFiles;
import ham.merge.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes an adapter that PEFT loads onto the same base. */
public final class PeftWriter {
    private PeftWriter() {}

    /**
     * Writes {@code adapter_config.json} and {@code adapter_model.safetensors} (float32).
     *
     * @param folder exists already
     * @param adapter all factors of one rank and one scaling
     * @param base name or path of the base model for {@code base_model_name_or_path}
     * @param targets which layers are adapted, for {@code target_modules}
     * @throws IllegalArgumentException when ranks or scalings differ between weights, or a name does not end in {@code .weight}
     */
    public static void write(Path folder, LoraAdapter adapter, String base, List<Target> targets) throws IOException {
        LoraFactors any = adapter.factors().get(adapter.factors().firstKey());
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        adapter.factors().forEach((weight, factors) -> {
            if (factors.rank() != any.rank() || factors.scaling() != any.scaling()) {
                throw new IllegalArgumentException(weight + " has another rank or scaling than the other weights");
            }
            if (!weight.endsWith(".weight")) {
                throw new IllegalArgumentException("expected the name of a weight, found " + weight);
            }
            String module = AdapterTensors.PREFIX + weight.substring(0, weight.length() - ".weight".length());
            writer.add(module + AdapterTensors.A, factors.a()).add(module + AdapterTensors.B, factors.b());
        });
        writer.write(PeftReader.weights(folder));

        ObjectNode config = JsonFiles.object();
        config.put("base_model_name_or_path", base);
        config.put("bias", "none");
        // PEFT matches a target with the end of a module's path: fc2's "output.dense" is also the end of
        // "attention.output.dense".
        boolean onlyFc2 = targets.contains(Target.FC2) && !targets.contains(Target.ATTENTION_OUTPUT);
        config.set("exclude_modules", JsonFiles.tree(onlyFc2 ? List.of(Target.ATTENTION_OUTPUT.peftName()) : null));
        config.put("fan_in_fan_out", false);
        config.put("inference_mode", true);
        config.put("init_lora_weights", true);
        config.put("lora_alpha", any.scaling() * any.rank());
        config.put("lora_dropout", 0.0);
        config.putNull("modules_to_save");
        config.put("peft_type", "LORA");
        config.put("r", any.rank());
        config.set(
                "target_modules",
                JsonFiles.tree(targets.stream()
                        .map(target -> targetModule(adapter, target))
                        .toList()));
        config.putNull("task_type");
        config.put("use_dora", false);
        config.put("use_rslora", false);
        JsonFiles.write(folder.resolve(PeftReader.CONFIG), config);
    }

    /** The end of the module's path in the scheme of the adapter's names. */
    private static String targetModule(LoraAdapter adapter, Target target) {
        boolean timm = !target.isProjection()
                && adapter.factors().keySet().stream()
                        .anyMatch(name ->
                                name.endsWith("." + target.timmModule() + ".weight") && name.startsWith("blocks."));
        return timm ? target.timmModule() : target.peftName();
    }
}
