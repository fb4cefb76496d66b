package ham.train.lora;

import ham.train.backbone.Backbone;
import ham.train.engine.MixedPrecision;
import ham.train.optimize.Parameter;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A training step as a TorchScript program: effective weights, forward pass, loss, gradients, and Adam's change of everything that is
 * trained, in one call and on the arrays in place.
 *
 * <p>{@code frozen} is {@link Backbone#fixed()}, all linear weights, then the arrays of {@link StackedGroups} for every layer that a group
 * changes. {@code state} is {@link TaskParameters#all()}, then the first and the second
 * moments; what has a learning rate of 0 is not differentiated. {@code rates} are float64: a learning rate for each, divided by the first moment's correction, and the second's correction.
 */
final class StepScript {
    private static final String STEP =
            """
            def leaves(state: List[Tensor], trained: List[int]) -> List[Tensor]:
              leaves = annotate(List[Tensor], [])
              for i in range(torch.floordiv(torch.len(state), 3)):
                _0 = torch.append(leaves, torch.detach(state[i]))
              for k in range(torch.len(trained)):
                _1 = torch.requires_grad_(leaves[trained[k]])
              return leaves

            def grouped(w: Tensor, alphas: Tensor, deltas: Tensor) -> Tensor:
              return torch.add(w, torch.view(torch.matmul(alphas, deltas), torch.size(w)))

            def paired(w: Tensor, alphas: Tensor, a: Tensor, b: Tensor, groups: Tensor) -> Tensor:
              return torch.add(w, torch.matmul(torch.mul(b, torch.matmul(alphas, groups)), a))

            def adapted(w: Tensor, a: Tensor, b: Tensor, alpha: Tensor, scaling: float) -> Tensor:
              return torch.add(w, torch.matmul(b, torch.mul(a, torch.mul(alpha, scaling))))

            def differentiate(loss: Tensor, leaves: List[Tensor], trained: List[int], scale: float) -> List[Tensor]:
              wanted = annotate(List[Tensor], [])
              for k in range(torch.len(trained)):
                _0 = torch.append(wanted, leaves[trained[k]])
              found = torch.grad([torch.mul(loss, scale)], wanted, annotate(Optional[List[Optional[Tensor]]], None), None, False, False)
              gradients = annotate(List[Tensor], [])
              for i in range(torch.len(found)):
                gradient = torch._unwrap_optional(found[i])
                _1 = torch.append(gradients, torch.div(gradient, scale))
              return gradients

            def summed(all: List[Tensor], part: List[Tensor]) -> List[Tensor]:
              if torch.eq(torch.len(all), 0):
                sums = part
              else:
                sums = all
                for k in range(torch.len(part)):
                  _0 = torch.add_(sums[k], part[k])
              return sums

            def adam(state: List[Tensor], gradients: List[Tensor], trained: List[int], rates: Tensor) -> Tensor:
              n = torch.floordiv(torch.len(state), 3)
              total = torch.sum(torch.abs(gradients[0]))
              for k in range(torch.len(trained)):
                i = trained[k]
                g = gradients[k]
                if k > 0:
                  total = torch.add(total, torch.sum(torch.abs(g)))
                m = torch.add_(torch.mul_(state[n + i], 0.9), g, alpha=0.1)
                v = torch.addcmul_(torch.mul_(state[2 * n + i], 0.999), g, g, value=0.001)
                spread = torch.add_(torch.sqrt_(torch.div(v, torch.select(rates, 0, n))), 1e-8)
                _0 = torch.sub_(state[i], torch.mul_(torch.div(m, spread), torch.select(rates, 0, i)))
              return total

            """;

    /** What {@code forward} calls. */
    static String functions(Backbone backbone, TaskParameters task) {
        return MixedPrecision.PRODUCT + backbone.functions(backbone.engine().precision(), changed(task)) + STEP;
    }

    /** What is computed where states are replayed: they join the batch's at the tail, and their features are held where they were. */
    private static final String REPLAYED = "    states = torch.cat([states, torch.slice(replayed, 0, first, last)])\n";

    private static final String HELD =
            """
                moved = torch.sub(torch.slice(features, 0, b - a, torch.size(features, 0)), torch.slice(held, 0, first, last))
                distance = torch.div(torch.sum(torch.mul(moved, moved)), torch.size(held, 0))
                loss = torch.add(loss, torch.mul(distance, %s))
            """;

    private StepScript() {}

    /**
     * {@code forward(inputs, targets, rates, frozen, state)} of one task; returns [loss, correct images, sum of absolute gradients].
     *
     * @param factored whether groups are factors
     * @param microBatch most images whose gradients are computed at once; those of a larger batch are summed, part by part
     * @param replayHold where states are replayed, weight of the mean squared distance that their features move; then {@code forward} takes
     *     them and their earlier features after the rates, and their targets after those of the images
     */
    static String main(
            Backbone backbone, TaskParameters task, boolean factored, int microBatch, OptionalDouble replayHold) {
        int fixed = backbone.fixed().size();
        int count = task.all().size();
        MixedPrecision precision = backbone.engine().precision();
        return """
                forward(%s, targets: Tensor, rates: Tensor, %sfrozen: List[Tensor], state: List[Tensor]) -> List[Tensor]:
                  trained = annotate(List[int], %s)
                  leaves = __torch__.leaves(state, trained)
                  fixed = torch.slice(frozen, 0, %d, 1)
                  n = torch.size(all_%s, 0)
                  every = torch.size(targets, 0)
                  parts = torch.floordiv(n + %d, %d)
                  gradients = annotate(List[Tensor], [])
                  measures = annotate(List[Tensor], [])
                  for part in range(parts):
                    a = torch.floordiv(part * n, parts)
                    b = torch.floordiv((part + 1) * n, parts)
                    first = torch.floordiv(part * (every - n), parts)
                    last = torch.floordiv((part + 1) * (every - n), parts)
                    wanted = torch.cat([torch.slice(targets, 0, a, b), torch.slice(targets, 0, n + first, n + last)])
                %s    w = annotate(List[Tensor], [])
                %s    states = %s
                %s    features = %s
                    logits = torch.linear(features, leaves[%d], leaves[%d])
                    loss = torch.div(torch.nll_loss(torch.log_softmax(logits, 1), wanted, None, 2), every)
                %s    found = torch.argmax(torch.slice(logits, 0, 0, b - a), 1)
                    correct = torch.sum(torch.eq(found, torch.slice(wanted, 0, 0, b - a)))
                    gradients = __torch__.summed(gradients, __torch__.differentiate(loss, leaves, trained, %s))
                    measures = __torch__.summed(measures, [torch.detach(loss), torch.to(correct, 6)])
                  total = __torch__.adam(state, gradients, trained, rates)
                  return [torch.stack([measures[0], measures[1], total])]
                """
                .formatted(
                        backbone.inputs().stream()
                                .map(name -> "all_" + name + ": Tensor")
                                .collect(Collectors.joining(", ")),
                        replayHold.isPresent() ? "replayed: Tensor, held: Tensor, " : "",
                        trained(task),
                        fixed,
                        backbone.inputs().get(0),
                        microBatch - 1,
                        microBatch,
                        Stream.concat(
                                        backbone.inputs().stream()
                                                .map(name -> "%s = torch.slice(all_%s, 0, a, b)".formatted(name, name)),
                                        backbone.trimming().stream())
                                .map(line -> "    " + line + "\n")
                                .collect(Collectors.joining()),
                        weights(backbone.linearNames(), task, factored, fixed),
                        backbone.states(precision, changed(task)),
                        replayHold.isPresent() ? REPLAYED : "",
                        backbone.features("states", precision, changed(task)),
                        count - 2,
                        count - 1,
                        replayHold.isPresent() ? HELD.formatted(replayHold.getAsDouble()) : "",
                        precision.lossScale());
    }

    /**
     * Places in {@link TaskParameters#all()} of what is differentiated: what has a learning rate above 0, and the head, so that there is always a
     * gradient to watch. Where only the head is trained, nothing goes backwards through the network.
     */
    private static List<Integer> trained(TaskParameters task) {
        List<Parameter> all = task.all();
        return IntStream.range(0, all.size())
                .filter(i -> all.get(i).learningRate() > 0 || i >= all.size() - 2)
                .boxed()
                .toList();
    }

    /** The weights that the task's adapter or a group changes. */
    static Set<String> changed(TaskParameters task) {
        Set<String> changed = new HashSet<>(task.a().keySet());
        changed.addAll(task.scalars().groupNames());
        return changed;
    }

    /** A line a linear layer that appends its effective weight to {@code w}. */
    private static String weights(List<String> names, TaskParameters task, boolean factored, int fixed) {
        Scalars scalars = task.scalars();
        List<String> adapted = List.copyOf(task.a().keySet());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            String weight = "frozen[" + (fixed + i) + "]";
            int group = scalars.groupNames().indexOf(names.get(i));
            if (group >= 0) {
                String alphas = "torch.select(leaves[%d], 0, %d)"
                        .formatted(2 * adapted.size() + 1, scalars.groupRow(names.get(i)));
                int first = fixed + names.size() + (factored ? 3 : 1) * group;
                weight = factored
                        ? "__torch__.paired(%s, %s, frozen[%d], frozen[%d], frozen[%d])"
                                .formatted(weight, alphas, first, first + 1, first + 2)
                        : "__torch__.grouped(%s, %s, frozen[%d])".formatted(weight, alphas, first);
            }
            int adapter = adapted.indexOf(names.get(i));
            if (adapter >= 0) {
                weight = "__torch__.adapted(%s, leaves[%d], leaves[%d], torch.select(leaves[%d], 0, %d), %s)"
                        .formatted(
                                weight,
                                adapter,
                                adapted.size() + adapter,
                                2 * adapted.size(),
                                scalars.ownRow(names.get(i)),
                                task.scaling());
            }
            lines.append("    _0 = torch.append(w, ").append(weight).append(")\n");
        }
        return lines.toString();
    }
}
