package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.checkpoint.Checkpoint;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.Merged;
import ham.merge.head.HeadKind;
import ham.merge.head.NamedHead;
import ham.train.config.RunConfig;
import ham.train.head.DriftRule;
import ham.train.learn.LearningMethod;
import ham.train.learn.LearningSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose heads read the last blocks beside the encoder's own feature. */
class FeatureBlocksRunTest {
    private static final int BLOCKS = 2;

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(folder);
    }

    private RunConfig config(HeadKind kind) {
        return TinyRun.config(folder, kind, 1).toBuilder()
                .optFeatureBlocks(BLOCKS)
                .build();
    }

    @Test
    void headsOfTheRunSayWhatTheyReadAndEndTheSameAfterAnInterruption() {
        RunConfig config =
                config(HeadKind.ANALYTIC).toBuilder().optDrift(DriftRule.LINEAR).build();
        TinyRun.run(config, folder.resolve("whole"));
        TinyRun.runInterrupted(config, folder.resolve("again"));
        Checkpoint base = TinyRun.base(folder);
        int width = base.encoder().width() + BLOCKS * base.encoder().tokenWidth();
        NamedHead head = Merged.read(folder.resolve("whole/merged")).head().orElseThrow();
        assertThat(head.featureBlocks()).isEqualTo(BLOCKS);
        assertThat(head.head().features()).isEqualTo(width);
        AdapterFolder adapter = AdapterFolder.read(folder.resolve("whole/adapters/000"));
        assertThat(adapter.head().orElseThrow().featureBlocks()).isEqualTo(BLOCKS);
        assertThat(adapter.onto(base, base.sha256()).warnings()).isEmpty();
        float[] features = new float[width];
        for (int i = 0; i < width; i++) {
            features[i] = (float) Math.cos(i);
        }
        NamedHead again = Merged.read(folder.resolve("again/merged")).head().orElseThrow();
        assertThat(again.head().logits(features))
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(head.head().logits(features));
        assertThat(RunConfig.read(folder.resolve("whole")).head().featureBlocks())
                .isEqualTo(BLOCKS);
    }

    /** The linear head is trained on what it reads. */
    @Test
    void theLinearHeadReadsThemWhileItIsTrained() {
        TinyRun.run(config(HeadKind.LINEAR), folder.resolve("linear"));
        TinyRun.run(config(HeadKind.LINEAR).toBuilder().optFeatureBlocks(0).build(), folder.resolve("own"));
        Checkpoint base = TinyRun.base(folder);
        NamedHead deep = Merged.read(folder.resolve("linear/merged")).head().orElseThrow();
        NamedHead own = Merged.read(folder.resolve("own/merged")).head().orElseThrow();
        assertThat(own.head().features()).isEqualTo(base.encoder().width());
        assertThat(deep.head().features())
                .isEqualTo(own.head().features() + BLOCKS * base.encoder().tokenWidth());
        float[] beside = new float[deep.head().features()];
        for (int i = own.head().features(); i < beside.length; i++) {
            beside[i] = 1;
        }
        float[] bias = deep.head().logits(new float[beside.length]);
        float[] logits = deep.head().logits(beside);
        assertThat(logits[0] - bias[0]).isNotCloseTo(0, within(1e-6f));
    }

    @Test
    void isRefusedWhereItCannotBe() {
        RunConfig tooMany =
                config(HeadKind.ANALYTIC).toBuilder().optFeatureBlocks(99).build();
        assertThatThrownBy(() -> RunInputs.open(tooMany))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("feature-blocks")
                .hasMessageContaining("found 99");
        RunConfig grams = config(HeadKind.ANALYTIC).toBuilder()
                .optLearning(LearningSettings.of(LearningMethod.REGMEAN))
                .build();
        assertThatThrownBy(() -> RunInputs.open(grams))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected 0 with statistics of layers' inputs");
    }
}
