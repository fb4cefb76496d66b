package ham.train.config;

import static ham.train.config.RunConfigBuilder.or;

import ham.merge.checkpoint.Target;
import ham.train.lora.Initialisation;
import ham.train.lora.LoraSettings;
import ham.train.lora.ScalarScope;
import java.util.List;

/** The fields of a {@link RunConfigBuilder} that say what adapters are like. */
final class LoraFields {
    private static final int USUAL_RANK = 16;
    private static final List<Target> USUAL_TARGETS = List.of(Target.QUERY, Target.VALUE);

    private LoraFields() {}

    static LoraSettings lora(RunConfigBuilder of) {
        int rank = or(of.rank, USUAL_RANK);
        return new LoraSettings(
                or(of.targets, USUAL_TARGETS),
                of.blocks == null ? List.of() : of.blocks.numbers(),
                rank,
                or(of.loraAlpha, (double) rank),
                or(of.rslora, false),
                or(of.init, Initialisation.OWN),
                or(of.scalars, ScalarScope.SHARED));
    }

    static RunConfigBuilder fill(RunConfigBuilder builder, LoraSettings settings) {
        builder.targets = settings.targets();
        return builder.optBlocks(settings.blocks())
                .optRank(settings.rank())
                .optLoraAlpha(settings.loraAlpha())
                .optRslora(settings.rankStabilised())
                .optInit(settings.initialisation())
                .optScalars(settings.scalars());
    }
}
