package ham.train.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.method.HamParameters;
import ham.train.lora.LoraSettings;
import ham.train.lora.Recipe;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Everything that a run's result depends on, besides the machine.
 *
 * @param base checkpoint folder
 * @param data data folder
 * @param head the head that is exported; the other two are computed beside it
 * @param tasks number of tasks
 * @param order seed of the class order; empty for the order of the labels
 * @param seed seed of everything else that is drawn
 * @param lora where adapters sit and how large they are
 * @param recipe how a task is trained
 * @param ham how adapters are pruned, grouped and merged
 * @param projectionWidth M of the analytic head
 * @param device {@code auto}, {@code cpu} or {@code gpu:N}
 * @param threads threads of one operation, 0 for all cores
 */
public record RunConfig(
        Path base,
        Path data,
        HeadKind head,
        int tasks,
        OptionalLong order,
        long seed,
        LoraSettings lora,
        Recipe recipe,
        HamParameters ham,
        int projectionWidth,
        String device,
        int threads) {
    private static final Pattern DEVICE = Pattern.compile("auto|cpu|gpu:\\d{1,3}");
    /** NumPy's legacy generator takes 32 bits. */
    private static final long LARGEST_ORDER = 0xFFFFFFFFL;
    /** The analytic head's M x M statistics are one array. */
    private static final int WIDEST_PROJECTION = 46_340;

    /**
     * Checks what needs neither base nor data.
     *
     * @throws InputException naming the option
     */
    public RunConfig {
        if (!DEVICE.matcher(device).matches()) {
            throw new InputException("--device: expected auto, cpu or gpu:N, found '" + device + "'");
        }
        requireRange("--tasks", tasks, 1, Integer.MAX_VALUE);
        requireRange("--order", order.orElse(0), 0, LARGEST_ORDER);
        requireRange("--projection", projectionWidth, 1, WIDEST_PROJECTION);
        requireRange("--threads", threads, 0, Integer.MAX_VALUE);
    }

    private static void requireRange(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new InputException(option + ": expected "
                    + (most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most) + ", found " + value);
        }
    }

    /** The configuration as {@code run.json} holds it, one key an option, under the options' names. */
    public ObjectNode json() {
        ObjectNode json = JsonFiles.object();
        json.put("method", "ham");
        json.put("base", base.toAbsolutePath().normalize().toString());
        json.put("data", data.toAbsolutePath().normalize().toString());
        json.put("head", head.optionName());
        json.put("tasks", tasks);
        json.put("order", order.isPresent() ? String.valueOf(order.getAsLong()) : "natural");
        json.put("seed", seed);
        json.set(
                "targets",
                JsonFiles.tree(lora.targets().stream().map(Target::optionName).toList()));
        json.put("rank", lora.rank());
        json.put("lora-alpha", lora.loraAlpha());
        json.put("epochs", recipe.epochs());
        json.put("batch", recipe.batch());
        json.put("lr", recipe.adapterRate());
        json.put("head-lr", recipe.headRate());
        json.put("alpha-lr", recipe.scalarRate());
        json.put("crop-padding", recipe.augmentation().padding());
        json.put("flip", recipe.augmentation().flip());
        json.put("keep", ham.keep());
        json.put("tau", ham.tau());
        json.put("groups", ham.maxGroups());
        json.put("join", ham.join().name().toLowerCase(Locale.ROOT));
        json.put("combine", ham.combine().name().toLowerCase(Locale.ROOT));
        json.put("similarity", ham.similarity().optionName());
        json.put("projection", projectionWidth);
        json.put("device", device);
        json.put("threads", threads);
        return json;
    }
}
