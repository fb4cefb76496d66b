package ham.train.run;

import ham.merge.checkpoint.Target;
import ham.merge.checkpoint.VitConfig;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.data.ImageSet;
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
 * Images through the models of a run. Where all of them share everything before the tail, since adapters sit in the tail alone or there are none,
 * an image goes through that part once in a run: its state is kept (2 d numbers), and every model after that works on the state.
 */
final class ModelPasses {
    private static final Set<Target> TAIL = EnumSet.of(Target.ATTENTION_OUTPUT, Target.FC1, Target.FC2);

    private final RunInputs inputs;
    private final VitForward vit;
    private final boolean shared;
    private final Map<ImageSet, Map<Integer, float[]>> states = new HashMap<>();

    ModelPasses(RunInputs inputs, VitForward vit) {
        this.inputs = inputs;
        this.vit = vit;
        shared = share(inputs.config(), inputs.base().config());
    }

    /** Whether all models of a run share what is before the tail. */
    static boolean share(RunConfig config, VitConfig base) {
        return config.learning().method() == LearningMethod.FROZEN || isTail(config.lora(), base);
    }

    /** Whether adapters sit behind the last block's attention only. */
    static boolean isTail(LoraSettings lora, VitConfig base) {
        return TAIL.containsAll(lora.targets())
                && lora.adaptedBlocks(base.layers()).equals(List.of(base.layers() - 1));
    }

    /** A model that images can be seen through. */
    interface Pass extends AutoCloseable {
        /** Features of images of a set, with their class positions. */
        Features features(ImageSet set, int[] samples);

        /** Features of training images and their states, with their class positions. */
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
    void forget(ImageSet set, int... samples) {
        Map<Integer, float[]> known = states.computeIfAbsent(set, key -> new HashMap<>());
        for (int sample : samples) {
            known.remove(sample);
        }
    }

    private final class Whole implements Pass {
        private final FeatureExtractor extractor;

        Whole(SortedMap<String, Matrix> deltas) {
            extractor = new FeatureExtractor(vit, deltas);
        }

        @Override
        public Features features(ImageSet set, int[] samples) {
            return inputs.features(extractor, set, samples);
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
            tail = new TailExtractor(vit, deltas);
        }

        @Override
        public Features features(ImageSet set, int[] samples) {
            return new Features(tail.features(states(set, samples)), inputs.positions(set, samples));
        }

        @Override
        public RunInputs.Seen seen(int[] samples) {
            ImageSet train = inputs.data().train();
            int[] positions = inputs.positions(train, samples);
            float[] values = states(train, samples);
            return new RunInputs.Seen(new Features(tail.features(values), positions), new Features(values, positions));
        }

        @Override
        public void close() {
            tail.close();
        }
    }

    private float[] states(ImageSet set, int... samples) {
        int width = 2 * vit.config().hidden();
        Map<Integer, float[]> known = states.computeIfAbsent(set, key -> new HashMap<>());
        int[] missing = Arrays.stream(samples)
                .filter(sample -> !known.containsKey(sample))
                .toArray();
        if (missing.length > 0) {
            try (FeatureExtractor frozen = new FeatureExtractor(vit, new TreeMap<>())) {
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
