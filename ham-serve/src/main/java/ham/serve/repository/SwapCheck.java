package ham.serve.repository;

import ham.runtime.swap.SwapRule;
import ham.runtime.tensor.TensorSpec;
import ham.serve.protocol.ServeException;
import java.util.List;
import java.util.Optional;

/** Whether a newer state of a version may take the place of the one in service, so that requests made for the old one fit it too. */
final class SwapCheck {
    private SwapCheck() {}

    /** @throws ServeException if not */
    static void check(SwapRule rule, LoadedModel old, LoadedModel newcomer) {
        if (rule == SwapRule.ANY_MODEL) {
            return;
        }
        String name = newcomer.name();
        List<String> before = inputs(old);
        List<String> after = inputs(newcomer);
        if (!before.equals(after)) {
            throw ServeException.invalid(
                    name + ": expected the inputs of the model in service, " + before + ", found " + after + ".");
        }
        before = outputs(old);
        after = outputs(newcomer);
        if (!before.equals(after)) {
            throw ServeException.invalid(
                    name + ": expected the outputs of the model in service, " + before + ", found " + after + ".");
        }
        if (!newcomer.engine().adapters().containsAll(old.engine().adapters())) {
            throw ServeException.invalid(name + ": expected the adapters of the model in service, "
                    + old.engine().adapters() + ", found " + newcomer.engine().adapters() + ".");
        }
        labels(rule, name, old.labels(Optional.empty()), newcomer.labels(Optional.empty()));
        for (String adapter : old.engine().adapters()) {
            labels(
                    rule,
                    name + ", adapter " + adapter,
                    old.labels(Optional.of(adapter)),
                    newcomer.labels(Optional.of(adapter)));
        }
    }

    private static void labels(SwapRule rule, String name, Optional<List<String>> old, Optional<List<String>> newer) {
        List<String> before = old.orElse(List.of());
        List<String> after = newer.orElse(List.of());
        boolean kept =
                after.size() >= before.size() && after.subList(0, before.size()).equals(before);
        if (!kept || (rule == SwapRule.SAME_LABELS && after.size() > before.size())) {
            throw ServeException.invalid(name + ": expected the " + before.size() + " labels of the model in service"
                    + (rule == SwapRule.ADDED_LABELS ? " and any further ones" : "") + ", found " + after.size()
                    + " others.");
        }
    }

    private static List<String> inputs(LoadedModel model) {
        return model.engine().inputs().stream()
                .map(each -> each.name() + " " + each.dtype() + " " + each.shape())
                .toList();
    }

    private static List<String> outputs(LoadedModel model) {
        return model.engine().outputs().stream().map(SwapCheck::output).toList();
    }

    private static String output(TensorSpec each) {
        return each.name() + " " + each.dtype() + " of rank " + each.shape().size();
    }
}
