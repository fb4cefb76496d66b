package ham.train.run;

import ham.merge.checkpoint.Checkpoint;
import ham.merge.checkpoint.Target;
import ham.merge.tensor.Matrix;
import ham.train.backbone.Backbone;
import ham.train.config.RunConfig;
import ham.train.data.Examples;
import ham.train.encoder.Backbones;
import ham.train.feature.FeatureExtractor;
import ham.train.feature.TailExtractor;
import ham.train.head.Features;
import ham.train.learn.LearningMethod;
import ham.train.lora.LoraSettings;
import ham.train.vit.VitForward;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Examples through the models of a run. Where all of them share everything before the tail, since adapters sit in the tail alone or there are none,
 * an image goes through that part once in a run: its state is kept (2 d numbers), and every model after that works on the state.
 */
final class ModelPasses {
    private static final Set<Target> TAIL = EnumSet.of(Target.ATTENTION_OUTPUT, Target.FC1, Target.FC2);

    private final RunInputs inputs;
    private final Backbone backbone;
    private final boolean shared;
    private final Map<Examples, Map<Integer, float[]>> states = new HashMap<>();

    ModelPasses(RunInputs inputs, Backbone backbone) {
        this.inputs = inputs;
        this.backbone = backbone;
        shared = share(inputs.config(), inputs.base());
    }

    /** Whether all models of a run share what is before the tail: only a plain ViT has such a part. */
    static boolean share(RunConfig config, Checkpoint base) {
        return Backbones.isPlainVit(base)
                && (config.learning().method() == LearningMethod.FROZEN
                        || isTail(config.lora(), base.encoder().blocks()));
    }

    /**
     * Whether adapters sit behind the last block's attention only.
     *
     * @param blocks of the model
     */
    static boolean isTail(LoraSettings lora, int blocks) {
        return TAIL.containsAll(lora.targets()) && lora.adaptedBlocks(blocks).equals(List.of(blocks - 1));
    }

    /** A model that examples can be seen through. */
    interface Pass extends AutoCloseable {
        /** Features of examples of a set, with their class positions. */
        Features features(Examples set, int[] samples);

        /** Features [n, d] of examples of any set, which may have no labels. */
        float[] values(Examples set, int[] samples);

        /** Features of training examples and their states, with their class positions. */
        RunInputs.Seen seen(int[] samples);

        @Override
        void close();
    }

    /**
     * The model with some deltas.
     *
     * @param deltas weight name to [out, in]; empty for the frozen backbone
     */
    Pass through(SortedMap<String, Matrix> deltas) {
        return shared ? new OfStates(deltas) : new Whole(deltas);
    }

    /** Forgets the states of images that no later task needs. */
    void forget(Examples set, int... samples) {
        Map<Integer, float[]> known = states.computeIfAbsent(set, key -> new HashMap<>());
        for (int sample : samples) {
            known.remove(sample);
        }
    }

    private final class Whole implements Pass {
        private final FeatureExtractor extractor;

        Whole(SortedMap<String, Matrix> deltas) {
            extractor = new FeatureExtractor(backbone, deltas);
        }

        @Override
        public Features features(Examples set, int[] samples) {
            return inputs.features(extractor, set, samples);
        }

        @Override
        public float[] values(Examples set, int[] samples) {
            return inputs.values(extractor, set, samples);
        }

        @Override
        public RunInputs.Seen seen(int[] samples) {
            return inputs.seen(extractor, samples);
        }

        @Override
        public void close() {
            extractor.close();
        }
    }

    private final class OfStates implements Pass {
        private final TailExtractor tail;

        OfStates(SortedMap<String, Matrix> deltas) {
            tail = new TailExtractor((VitForward) backbone, deltas);
        }

        @Override
        public Features features(Examples set, int[] samples) {
            return new Features(values(set, samples), inputs.positions(set, samples));
        }

        @Override
        public float[] values(Examples set, int[] samples) {
            return tail.features(states(set, samples));
        }

        @Override
        public RunInputs.Seen seen(int[] samples) {
            Examples train = inputs.data().train();
            int[] positions = inputs.positions(train, samples);
            float[] values = states(train, samples);
            return new RunInputs.Seen(new Features(tail.features(values), positions), new Features(values, positions));
        }

        @Override
        public void close() {
            tail.close();
        }
    }

    private float[] states(Examples set, int... samples) {
        int width = backbone.stateWidth();
        Map<Integer, float[]> known = states.computeIfAbsent(set, key -> new HashMap<>());
        int[] missing = Arrays.stream(samples)
                .filter(sample -> !known.containsKey(sample))
                .toArray();
        if (missing.length > 0) {
            try (FeatureExtractor frozen = new FeatureExtractor(backbone, new TreeMap<>())) {
                float[] found = inputs.states(frozen, set, missing);
                for (int i = 0; i < missing.length; i++) {
                    known.put(missing[i], Arrays.copyOfRange(found, i * width, (i + 1) * width));
                }
            }
        }
        float[] all = new float[samples.length * width];
        for (int i = 0; i < samples.length; i++) {
            System.arraycopy(known.get(samples[i]), 0, all, i * width, width);
        }
        return all;
    }
}
