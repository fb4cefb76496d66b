package ham.merge.peft;

import ham.merge.adapter.LoraAdapter;
import ham.merge.checkpoint.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes an adapter that PEFT loads onto the same base. */
public final class PeftWriter {
    private PeftWriter() {}

    /**
     * Writes {@code adapter_config.json} and {@code adapter_model.safetensors} (float32).
     *
     * @param folder exists already
     * @param adapter changes no bias
     * @param base name or path of the base model for {@code base_model_name_or_path}
     * @param targets which layers of every block are adapted, for {@code target_modules}; empty where blocks differ, then modules are named by
     *     their whole paths, as they are where a family has other names for them than ViT, BERT and timm
     * @throws IllegalArgumentException when a name does not end in {@code .weight}
     */
    public static void write(Path folder, LoraAdapter adapter, String base, List<Target> targets) throws IOException {
        // PEFT matches a target with the end of a module's path: fc2's "output.dense" is also the end of
        // "attention.output.dense".
        boolean onlyFc2 = targets.contains(Target.FC2) && !targets.contains(Target.ATTENTION_OUTPUT);
        List<String> excluded = onlyFc2 ? List.of(Target.ATTENTION_OUTPUT.peftName()) : List.of();
        List<String> names =
                targets.stream().map(target -> targetModule(adapter, target)).toList();
        try (PeftOutput output = targets.isEmpty() || !areNamed(adapter, names)
                ? new PeftOutput(folder, base, adapter.layers(), false)
                : new PeftOutput(folder, base, adapter.layers(), false, Optional.empty(), names, excluded)) {
            adapter.factors().forEach(output::write);
            output.finish();
        }
    }

    /** Whether every adapted module's path ends in one of the names. */
    private static boolean areNamed(LoraAdapter adapter, List<String> names) {
        return adapter.factors().keySet().stream()
                .allMatch(weight -> names.stream().anyMatch(name -> weight.endsWith("." + name + ".weight")));
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
