package ham.train.config;

import ham.merge.join.HamParameters;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeParameter;
import ham.merge.plan.MergeSettings;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import java.util.Optional;

/** The method of a {@link RunConfigBuilder}, and the parameters of its merge. */
final class MergeFields {
    private MergeFields() {}

    /** Sets all of them, as a record has them: the parameters of ham, or those of every other method. */
    static void fill(RunConfigBuilder to, LearningSettings settings) {
        forget(to);
        to.method = settings.method();
        to.mode = settings.mode();
        to.lrDecay = settings.rateDecay();
        MergeSettings merging = settings.merging();
        if (settings.isHam()) {
            HamParameters ham = merging.ham();
            to.keep = ham.keep();
            to.tau = ham.tau();
            to.groups = ham.maxGroups();
            to.join = ham.join();
            to.combine = ham.combine();
            to.similarity = ham.similarity();
        } else {
            to.density = merging.peers().density();
            to.scale = merging.peers().scale();
            to.sign = merging.peers().sign();
        }
    }

    private static void forget(RunConfigBuilder of) {
        of.keep = null;
        of.tau = null;
        of.groups = null;
        of.join = null;
        of.combine = null;
        of.similarity = null;
        of.density = null;
        of.scale = null;
        of.sign = null;
    }

    static void forgetUnused(RunConfigBuilder of) {
        MergeMethod merging = method(of).merging();
        of.keep = used(MergeParameter.KEEP, of.keep, merging);
        of.tau = used(MergeParameter.TAU, of.tau, merging);
        of.groups = used(MergeParameter.GROUPS, of.groups, merging);
        of.join = used(MergeParameter.JOIN, of.join, merging);
        of.combine = used(MergeParameter.COMBINE, of.combine, merging);
        of.similarity = used(MergeParameter.SIMILARITY, of.similarity, merging);
        of.density = used(MergeParameter.DENSITY, of.density, merging);
        of.scale = used(MergeParameter.SCALE, of.scale, merging);
        of.sign = used(MergeParameter.SIGN, of.sign, merging);
    }

    private static <T> T used(MergeParameter<T> parameter, T value, MergeMethod method) {
        return parameter.methods().contains(method) ? value : null;
    }

    private static LearningMethod method(RunConfigBuilder of) {
        return of.method == null ? LearningMethod.HAM : of.method;
    }

    static LearningSettings learning(RunConfigBuilder of) {
        MergeChoices choices = new MergeChoices()
                .put(MergeParameter.KEEP, of.keep)
                .put(MergeParameter.TAU, of.tau)
                .put(MergeParameter.GROUPS, of.groups)
                .put(MergeParameter.JOIN, of.join)
                .put(MergeParameter.COMBINE, of.combine)
                .put(MergeParameter.SIMILARITY, of.similarity)
                .put(MergeParameter.DENSITY, of.density)
                .put(MergeParameter.SCALE, of.scale)
                .put(MergeParameter.SIGN, of.sign);
        LearningMethod method = method(of);
        if (method.merging() == MergeMethod.DARE) {
            choices.put(MergeParameter.SEED, of.seed == null ? 0L : of.seed);
        }
        return LearningSettings.of(
                method, Optional.ofNullable(of.mode), choices, of.lrDecay == null ? 1.0 : of.lrDecay);
    }
}
