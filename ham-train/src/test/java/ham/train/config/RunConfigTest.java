package ham.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.common.ErrorCode;
import ham.merge.InputException;
import ham.merge.checkpoint.Target;
import ham.merge.combine.Combine;
import ham.merge.compare.Measure;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.join.Join;
import ham.merge.method.SignRule;
import ham.merge.record.MergeMode;
import ham.train.data.BadImages;
import ham.train.head.DriftRule;
import ham.train.head.RidgeRule;
import ham.train.learn.LearningMethod;
import ham.train.lora.Initialisation;
import ham.train.lora.ScalarScope;
import ham.train.stream.Arrival;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunConfigTest {
    private static final Path BASE = Path.of("/base");
    private static final Path DATA = Path.of("/a folder/data");

    @TempDir
    private Path temp;

    private static RunConfigBuilder builder() {
        return RunConfig.builder().setBase(BASE).setData(DATA).optTasks(5);
    }

    /** Nothing is left at its default. */
    private static RunConfig unusual() {
        return builder()
                .optAdapters(Path.of("/runs/first"))
                .optMethod(LearningMethod.HAM)
                .optMode(MergeMode.INDEPENDENT)
                .optHead(HeadKind.PROTOTYPE)
                .optOrder(Arrival.of(List.of(2, 0, 1)))
                .optTrainImages(40)
                .optHeldOut(new BigDecimal("0.25"))
                .optOnBadImage(BadImages.SKIP)
                .optPreprocessing("/a folder/preprocessor_config.json")
                .optSeed(11)
                .optTargets(Set.of(Target.ATTENTION_OUTPUT, Target.FC1))
                .optBlocks(List.of(3, 1))
                .optRank(4)
                .optLoraAlpha(7.5)
                .optRslora(true)
                .optInit(Initialisation.SHARED)
                .optScalars(ScalarScope.PER_LAYER)
                .optPrecision("bf16")
                .optEpochs(7)
                .optBatch(32)
                .optLr(1e-5)
                .optLrDecay(0.5)
                .optHeadLr(0.25)
                .optAlphaLr(0.125)
                .optCropPadding(0)
                .optFlip(false)
                .optReplayHold(0.5)
                .optKeep(new BigDecimal("0.35"))
                .optTau(-0.5)
                .optGroups(3)
                .optJoin(Join.FOLD)
                .optCombine(Combine.MEAN)
                .optSimilarity(Measure.LAYER_COSINE)
                .optProjection(123)
                .optRidge(RidgeRule.fixed(0.001))
                .optDrift(DriftRule.LINEAR)
                .optFrozen(false)
                .optAnyTimeImages(9)
                .optRigidBelow(0.1)
                .optTransferDrop(0.2)
                .optDevice("gpu:1")
                .optThreads(3)
                .build();
    }

    private Path record(ObjectNode configuration) throws IOException {
        Path file = temp.resolve("run.json");
        Files.deleteIfExists(file);
        JsonFiles.write(file, JsonFiles.object().set("configuration", configuration));
        return file;
    }

    @ParameterizedTest
    @EnumSource(LearningMethod.class)
    void readsWhatItWrote(LearningMethod method) throws IOException {
        RunConfig config = builder().optMethod(method).build();
        record(config.toJson());
        assertThat(RunConfig.read(temp)).isEqualTo(config);
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void readsEveryParameterBack() throws IOException {
        RunConfig config = unusual();
        assertThat(RunConfig.read(record(config.toJson()))).isEqualTo(config);
        assertThat(config.toBuilder().copy().build()).isEqualTo(config);
        assertThat(config.toJson().path("blocks")).hasToString("[1,3]");
        assertThat(config.toJson().path("order").asText()).isEqualTo("2,0,1");
        RunConfig peer = builder()
                .optMethod(LearningMethod.TIES)
                .optDensity(new BigDecimal("0.3"))
                .optScale(2)
                .optSign(SignRule.FREQUENCY)
                .build();
        assertThat(RunConfig.read(record(peer.toJson()))).isEqualTo(peer);
    }

    /** What scripts and older releases know. */
    @Test
    void writesTheKeysOfTheFirstRelease() {
        assertThat(builder().build().toJson())
                .hasToString(
                        """
                {"method":"ham","mode":"sequential","base":"/base","data":"/a folder/data","adapters":null,\
                "head":"analytic","tasks":5,"initial-classes":0,"order":"1993","train-images":0,"held-out":0.1,"on-bad-image":"stop","preprocessing":null,"seed":0,\
                "targets":["query","value"],"blocks":"all","rank":16,"lora-alpha":16.0,"rslora":false,"init":"own",\
                "scalars":"shared","precision":"auto","epochs":3,"batch":64,"lr":3.0E-4,"lr-decay":1.0,"head-lr":0.005,\
                "alpha-lr":0.001,"crop-padding":4,"crop-scale":0.0,"flip":true,"replay":0,"replay-hold":0.02,"keep":0.6,"tau":0.1,\
                "groups":5,"join":"mean","combine":"sum","similarity":"cosine","projection":2000,"ridge":"sum",\
                "drift":"none","feature-blocks":0,"frozen":true,"any-time-images":0,"rigid-below":0.5,"transfer-drop":0.02,"guard":"0.5","gram":"auto","search":"none","search-data":"none",\
                "device":"auto","threads":0}""");
    }

    @Test
    void aParameterThatCameLaterHasItsDefault() throws IOException {
        ObjectNode old = builder().build().toJson();
        old.remove(List.of(
                "blocks", "replay", "replay-hold", "scalars", "initial-classes", "crop-scale", "feature-blocks"));
        assertThat(RunConfig.read(record(old))).isEqualTo(builder().build());
    }

    @Test
    void whatFollowsFromAChoiceFollowsTheNextOne() {
        RunConfig config = builder().build();
        assertThat(config.toBuilder().optRank(4).build().lora().scaling()).isEqualTo(1);
        assertThat(config.toBuilder()
                        .forMethod(LearningMethod.TIES)
                        .build()
                        .learning()
                        .mode())
                .isEqualTo(MergeMode.INDEPENDENT);
        assertThat(builder()
                        .optGroups(3)
                        .forMethod(LearningMethod.CAT_PRUNED)
                        .build()
                        .learning()
                        .merging()
                        .ham()
                        .maxGroups())
                .isEqualTo(1);
    }

    @Test
    void takesWhatSomebodyTyped() {
        RunConfig config = builder()
                .opt(Map.of("keep", "0.35", "targets", "fc1,attention_output", "blocks", "1,3", "flip", "false"))
                .opt(Map.of("ridge", "0.5", "order", "natural", "seed", "-4", "scalars", "per-layer"))
                .build();
        assertThat(config.learning().merging().ham().keep()).isEqualByComparingTo("0.35");
        assertThat(config.lora().targets()).containsExactly(Target.ATTENTION_OUTPUT, Target.FC1);
        assertThat(config.lora().blocks()).containsExactly(1, 3);
        assertThat(config.lora().scalars()).isEqualTo(ScalarScope.PER_LAYER);
        assertThat(config.recipe().augmentation().flip()).isFalse();
        assertThat(config.head().ridge()).isEqualTo(RidgeRule.fixed(0.5));
        assertThat(config.stream().order()).isEqualTo(Arrival.NATURAL);
        assertThat(config.seed()).isEqualTo(-4);
        assertThat(RunConfigBuilder.names()).hasSize(56).contains("lr", "replay-hold", "on-bad-image");
    }

    /** The folder in which it was typed is forgotten; a name is no file. */
    @Test
    void aFileOfPreprocessingHasItsWholePath() {
        String typed = "pp.json";
        String whole = Path.of(typed).toAbsolutePath().toString();
        assertThat(builder().optPreprocessing(typed).build().preprocessing()).contains(whole);
        assertThat(builder().opt("preprocessing", typed).build().preprocessing())
                .contains(whole);
        assertThat(builder().optPreprocessing("half").build().preprocessing()).contains("half");
    }

    @ParameterizedTest
    @CsvSource({
        "keep, half, a number, half",
        "rank, 2.5, a whole number, 2.5",
        "rank, '', a whole number, ''",
        "flip, perhaps, true or false, perhaps",
        "method, best, 'one of ham, cat-pruned', best",
        "targets, 'query,foot', 'one of query, key', foot",
        "blocks, one, all or block numbers, one",
        "keeps, 0.5, one of method, another name",
    })
    void namesTheParameterThatDoesNotFit(String name, String text, String expected, String found) {
        assertThatThrownBy(() -> builder().opt(name, text))
                .isInstanceOfSatisfying(InputException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.parameter()).contains(name);
                })
                .hasMessageContainingAll("expected " + expected, found);
    }

    @Test
    void namesTheFileThatHoldsSomethingElse() throws IOException {
        Path file = record(builder().build().toJson().put("later", 1));
        assertThatThrownBy(() -> RunConfig.read(temp))
                .hasMessageStartingWith(file + ": configuration: later: expected one of method")
                .hasMessageContaining("use the release that made the run");
        record(builder().build().toJson().put("epochs", "many"));
        assertThatThrownBy(() -> RunConfig.read(temp))
                .hasMessageStartingWith(file + ": configuration: epochs: expected a whole number, found \"many\"");
        assertThatThrownBy(() -> RunConfig.builder().setBase(BASE).build()).hasMessageContaining("data: expected");
    }
}
