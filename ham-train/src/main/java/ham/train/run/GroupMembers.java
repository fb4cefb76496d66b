package ham.train.run;

import ham.merge.InputException;
import ham.merge.head.Head;
import ham.merge.head.HeadFile;
import ham.merge.head.HeadKind;
import ham.merge.head.LinearHead;
import ham.merge.join.Group;
import ham.merge.plan.HamMerge;
import ham.merge.record.MergeMode;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.encoder.Backbones;
import ham.train.engine.TorchEngine;
import ham.train.head.Features;
import ham.train.head.HeadLogits;
import ham.train.head.PrototypeStatistics;
import ham.train.learn.LearnedTask;
import ham.train.lora.FrozenGroup;
import ham.train.lora.TaskStart;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much a group's merged adapter keeps of what its members can do: every task of a finished run of ham on its test images, the task known, by its
 * own adapter, by that of its group, by all groups and by none. Source: the paper's table 4.3.
 */
public final class GroupMembers {
    /** What a task's images go through. */
    public enum Form {
        /** The task's own adapter as it was trained, not pruned, times its scalar; nothing else beside it. */
        OWN,
        /** The merged adapter of its group, times the group's scalar. */
        GROUP,
        /** All groups together: what the run deploys. */
        MERGED,
        /** The backbone alone. */
        FROZEN
    }

    /**
     * One task.
     *
     * @param task from 0
     * @param group its group, from 0
     * @param size how many members the group has
     * @param images test images
     * @param accuracy a fraction, among the task's own classes: by the linear head as it was trained, and by prototypes that are made of the task's
     *     training images through the same model
     */
    public record Member(int task, int group, int size, int images, Map<HeadKind, Map<Form, Double>> accuracy) {}

    private final RunInputs inputs;
    private final Backbone backbone;
    private final LinearHead linear;
    private final HamMerge merge;
    private final List<LearnedTask> learned = new ArrayList<>();

    private GroupMembers(RunInputs inputs, Backbone backbone, Path run) {
        this.inputs = inputs;
        this.backbone = backbone;
        linear = (LinearHead)
                HeadFile.read(RunOutputs.head(run, HeadKind.LINEAR)).head();
        merge = new HamMerge(inputs.config().learning().merging().ham());
        for (int task = 0; task < inputs.stream().tasks(); task++) {
            LearnedTask each = inputs.learned(RunFolder.adapter(run, task));
            learned.add(each);
            if (inputs.config().learning().mode() == MergeMode.INDEPENDENT) {
                merge.add(each.adapter(), each.alpha());
            } else {
                merge.add(each.adapter(), each.alpha(), each.groupAlphas());
            }
        }
    }

    /**
     * Measures a finished run.
     *
     * @param run its folder
     * @throws InputException when it is not one of ham, or base, data or adapters cannot be read
     */
    public static List<Member> measure(Path run) {
        RunConfig config = RunConfig.read(run);
        if (!config.learning().isHam()) {
            throw new InputException(
                    run,
                    "expected a run of ham, whose adapters are in groups, found one of "
                            + config.learning().method().optionName());
        }
        try (RunInputs inputs = RunInputs.open(config)) {
            RecordedRun.check(run, inputs);
            return measure(config, inputs, run);
        }
    }

    private static List<Member> measure(RunConfig config, RunInputs inputs, Path run) {
        try (TorchEngine engine = TorchEngine.open(config.device(), config.threads(), config.precision());
                Backbone backbone = Backbones.open(engine, inputs.base())) {
            return new GroupMembers(inputs, backbone, run).members();
        }
    }

    private List<Member> members() {
        ModelPasses passes = new ModelPasses(inputs, backbone);
        List<Map<HeadKind, Map<Form, Double>>> accuracies = new ArrayList<>();
        learned.forEach(task -> accuracies.add(new EnumMap<>(HeadKind.class)));
        List<Integer> all = new ArrayList<>();
        for (int task = 0; task < learned.size(); task++) {
            all.add(task);
            LearnedTask each = learned.get(task);
            add(
                    passes,
                    Form.OWN,
                    each.trainedDeltas(
                            TaskStart.beside(task, inputs.classNames(task).size(), List.of())),
                    List.of(task),
                    accuracies);
        }
        List<Member> members = new ArrayList<>();
        for (Group group : merge.groups()) {
            SortedMap<String, Matrix> deltas =
                    new FrozenGroup(group.alpha(), merge.deltas(group)).scaled(group.alpha());
            add(passes, Form.GROUP, deltas, tasks(group), accuracies);
        }
        add(passes, Form.MERGED, merge.merged(), all, accuracies);
        add(passes, Form.FROZEN, new TreeMap<>(), all, accuracies);
        for (int group = 0; group < merge.groups().size(); group++) {
            List<Integer> tasks = tasks(merge.groups().get(group));
            for (int task : tasks) {
                int images = inputs.stream().samples(inputs.data().test(), task).length;
                members.add(new Member(task, group, tasks.size(), images, accuracies.get(task)));
            }
        }
        return members;
    }

    private static List<Integer> tasks(Group group) {
        return group.members().stream().map(Group.Member::adapter).toList();
    }

    private void add(
            ModelPasses passes,
            Form form,
            SortedMap<String, Matrix> deltas,
            List<Integer> tasks,
            List<Map<HeadKind, Map<Form, Double>>> to) {
        try (ModelPasses.Pass model = passes.through(deltas)) {
            for (int task : tasks) {
                int first = inputs.stream().firstPosition(task);
                int classes = inputs.stream().seen(task) - first;
                Features training = model.features(
                                inputs.data().train(), inputs.split(task).training())
                        .from(first);
                Features test = model.features(
                                inputs.data().test(),
                                inputs.stream().samples(inputs.data().test(), task))
                        .from(first);
                PrototypeStatistics prototypes =
                        new PrototypeStatistics(inputs.base().encoder().width());
                prototypes.add(training, classes);
                note(to.get(task), HeadKind.LINEAR, form, linear.rows(first, classes), test);
                note(to.get(task), HeadKind.PROTOTYPE, form, prototypes.head(), test);
            }
        }
    }

    private void note(Map<HeadKind, Map<Form, Double>> to, HeadKind kind, Form form, Head head, Features test) {
        to.computeIfAbsent(kind, key -> new EnumMap<>(Form.class))
                .put(form, HeadLogits.accuracy(backbone.engine(), head, test));
    }
}
