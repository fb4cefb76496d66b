package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.MergeProgress;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.head.HeadKind;
import ham.merge.io.JsonFiles;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.tensor.Matrix;
import ham.train.config.RunConfig;
import ham.train.guard.GuardRule;
import ham.train.guard.MergeCandidate;
import ham.train.guard.SearchRule;
import ham.train.head.DriftRule;
import ham.train.learn.LearningMethod;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SearchRunTest {
    @TempDir
    private Path temp;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(temp);
    }

    private RunConfig config(LearningMethod method, String search) {
        RunConfig usual = TinyRun.config(temp, method);
        return usual.toBuilder()
                .optMeasuring(usual.measuring()
                        .withGuard(GuardRule.of())
                        .withSearch(SearchRule.parse(search), Optional.empty()))
                .build();
    }

    private JsonNode guard(String run, String file) {
        return JsonFiles.read(temp.resolve(run).resolve(file), "a record").path("guard");
    }

    private static List<String> names(RunConfig config) {
        return config.searched().stream().map(MergeCandidate::name).toList();
    }

    @Test
    void searchingTheRunsOwnMergeIsNoSearch() throws IOException {
        RunConfig none = config(LearningMethod.HAM, "none");
        RunConfig own = config(LearningMethod.HAM, "method=ham,keep=0.6,groups=5");
        assertThat(names(own)).isEmpty();
        TinyRun.run(none, temp.resolve("none"));
        TinyRun.run(own, temp.resolve("own"));
        assertThat(guard("own", "run.json").path("held_out"))
                .isEqualTo(guard("none", "run.json").path("held_out"));
        for (String file : List.of("merged/merged.safetensors", "heads/analytic.safetensors")) {
            assertThat(temp.resolve("own").resolve(file))
                    .hasSameBinaryContentAs(temp.resolve("none").resolve(file));
        }
    }

    /** Deltas a thousand times too large destroy the features; a part too small to be seen leaves them as they are. */
    @Test
    void findsTheOneMergeThatDoesNoHarm() {
        RunConfig planted = config(LearningMethod.TASK_ARITHMETIC, "scale=300,1e-9,1000").toBuilder()
                .optScale(2000)
                .build();
        TinyRun.run(planted, temp.resolve("run"));
        JsonNode choice = guard("run", "run.json");
        assertThat(choice.path("merge").asText()).isEqualTo("scale=1e-9");
        assertThat(choice.path("scale").asDouble()).isOne();
        JsonNode heldOut = choice.path("held_out");
        assertThat(heldOut.size()).isEqualTo(5);
        assertThat(heldOut.path("1").asDouble())
                .isLessThan(heldOut.path("scale=1e-9").asDouble());
        assertThat(heldOut.path("scale=1e-9").asDouble())
                .isEqualTo(heldOut.path("0").asDouble());
        assertThat(guard("run", "merged/merge.json")).isEqualTo(choice);
        assertThat(JsonFiles.read(temp.resolve("run/merged/merge.json"), "merge")
                        .path("parameters")
                        .path("scale")
                        .asDouble())
                .isEqualTo(1e-9);
    }

    @Test
    void deploysTheMergeThatItNames() {
        // So large a factor on the run's own that any other merge is better.
        RunConfig config = config(LearningMethod.TASK_ARITHMETIC, "method=ties,ham,keep=1.0").toBuilder()
                .optScale(2000)
                .build();
        assertThat(names(config)).containsExactly("ties", "ham keep=1.0");
        FinishedRun run = TinyRun.run(config, temp.resolve("run"));
        JsonNode choice = guard("run", "run.json");
        List<AdapterFolder> adapters = new ArrayList<>();
        for (int task = 0; task < TinyRun.TASKS; task++) {
            adapters.add(AdapterFolder.read(temp.resolve("run/adapters").resolve(RunFolder.numbered(task))));
        }
        String chosen = choice.path("merge").asText();
        assertThat(chosen).isIn("ties", "ham keep=1.0");
        MergeSettings settings = chosen.equals("ties")
                ? MergeSettings.of(MergeMethod.TIES)
                : MergeSettings.ham(
                        config.searched().get(1).learning().merging().ham());
        SortedMap<String, Matrix> expected = AdapterMerge.of(
                        adapters, List.of(), settings, Optional.empty(), MergeProgress.SILENT)
                .merge()
                .merged();
        TinyRun.deltas(run).forEach((weight, delta) -> {
            for (int i = 0; i < delta.data().length; i++) {
                assertThat(delta.data()[i]).isCloseTo(expected.get(weight).data()[i], within(1e-6f));
            }
        });
    }

    @Test
    void neverEndsBelowTheFrozenBackboneAndSaysWhatItCost() {
        RunConfig config = config(LearningMethod.HAM, "method=ham,linear,keep=0.3,1.0,groups=1,5").toBuilder()
                .optGuard(GuardRule.of(new BigDecimal("0.5")))
                .build();
        assertThat(names(config))
                .containsExactly(
                        "ham keep=0.3 groups=1",
                        "ham keep=0.3 groups=5",
                        "ham keep=1.0 groups=1",
                        "ham keep=1.0 groups=5",
                        "linear");
        TinyRun.run(config, temp.resolve("run"));
        JsonNode choice = guard("run", "run.json");
        assertThat(choice.path("held_out")).hasSize(1 + 2 * 6);
        double best = 0;
        for (JsonNode each : choice.path("held_out")) {
            best = Math.max(best, each.asDouble());
        }
        String scale = BigDecimal.valueOf(choice.path("scale").asDouble())
                .stripTrailingZeros()
                .toPlainString();
        String name = !choice.has("merge")
                ? scale
                : (scale.equals("1") ? "" : scale + " of ")
                        + choice.path("merge").asText();
        assertThat(choice.path("held_out").path(name).asDouble(-1)).isEqualTo(best);
        // Three tasks of 20 images, 2 of them held out: 2, 4 and 6 are looked at again by every part; 11 parts have the
        // task's beside.
        assertThat(choice.path("passes").asLong()).isEqualTo(12 * (2 + 4 + 6) + 11 * 3 * 20);
        assertThat(choice.path("seconds").asDouble()).isPositive();
    }

    /** Adapters leave what merges need that only the search makes. */
    @Test
    void searchesMergesByGramMatricesAndGoesOn() {
        RunConfig config = config(LearningMethod.TASK_ARITHMETIC, "method=regmean").toBuilder()
                .optScale(2000)
                .build();
        TinyRun.runInterrupted(config, temp.resolve("run"));
        assertThat(guard("run", "run.json").path("merge").asText()).isEqualTo("regmean");
        assertThat(JsonFiles.read(temp.resolve("run/merged/merge.json"), "merge")
                        .path("method")
                        .asText())
                .isEqualTo("regmean");
    }

    @ParameterizedTest
    @EnumSource(
            value = DriftRule.class,
            names = {"NONE", "LINEAR"})
    void goesOnAsIfNeverInterrupted(DriftRule drift) {
        RunConfig config = config(LearningMethod.HAM, "method=ham,ties,keep=0.3,density=0.5").toBuilder()
                .optDrift(drift)
                .build();
        TinyRun.run(config, temp.resolve("whole"));
        TinyRun.runInterrupted(config, temp.resolve("broken"));
        assertThat(guard("broken", "run.json").path("held_out"))
                .isEqualTo(guard("whole", "run.json").path("held_out"));
        for (String file : List.of("merged/merged.safetensors", "heads/analytic.safetensors")) {
            assertThat(temp.resolve("broken").resolve(file))
                    .hasSameBinaryContentAs(temp.resolve("whole").resolve(file));
        }
        RunConfig other =
                config(LearningMethod.HAM, "none").toBuilder().optDrift(drift).build();
        assertThatThrownBy(() -> TinyRun.run(other, temp.resolve("whole"))).hasMessageContaining("search");
    }

    @Test
    void testImagesDoNotCount() throws IOException {
        RunConfig config = config(LearningMethod.HAM, "method=ties,linear,ham,keep=1.0");
        TinyRun.run(config, temp.resolve("before"));
        try (Stream<Path> files = Files.walk(temp.resolve("data/test"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
            }
        }
        TinyRun.run(config, temp.resolve("after"));
        assertThat(guard("after", "run.json").path("held_out"))
                .isEqualTo(guard("before", "run.json").path("held_out"));
        assertThat(temp.resolve("after/merged/merged.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("before/merged/merged.safetensors"));
    }

    @Test
    void choosesByUnlabelledImagesAmongWhatIsNotBelowTheFrozenBackbone() throws IOException {
        Path images = Files.createDirectories(temp.resolve("unlabelled"));
        for (int i = 0; i < 3; i++) {
            Files.copy(temp.resolve("data/train/class" + i + "/1.png"), images.resolve(i + ".png"));
        }
        RunConfig usual = config(LearningMethod.HAM, "method=ties,linear");
        RunConfig config =
                usual.toBuilder().optSearchData(temp.resolve("unlabelled")).build();
        assertThat(RunConfig.fromJson(temp, config.toJson()).build()).isEqualTo(config);
        TinyRun.run(config, temp.resolve("run"));
        JsonNode choice = guard("run", "run.json");
        double frozen = choice.path("held_out").path("0").asDouble();
        double least = Double.MAX_VALUE;
        for (Map.Entry<String, JsonNode> each : choice.path("entropy").properties()) {
            assertThat(each.getValue().asDouble()).isBetween(0.0, Math.log(2 * TinyRun.TASKS));
            if (choice.path("held_out").path(each.getKey()).asDouble() >= frozen) {
                least = Math.min(least, each.getValue().asDouble());
            }
        }
        String name = choice.path("merge").asText(choice.path("scale").asDouble() == 0 ? "0" : "1");
        assertThat(choice.path("entropy").path(name).asDouble()).isEqualTo(least);
        assertThat(choice.path("entropy")).hasSize(4);
        assertThatThrownBy(() -> TinyRun.run(
                        usual.toBuilder().optSearchData(temp.resolve("none")).build(), temp.resolve("other")))
                .hasMessageContaining("none");
    }

    @Test
    void refusesWhatCannotBeSearched() {
        assertThatThrownBy(() -> SearchRule.parse("keep")).hasMessageContaining("search");
        assertThatThrownBy(() -> SearchRule.parse("keep=0.5,keep=0.6")).hasMessageContaining("keep twice");
        assertThatThrownBy(() -> config(LearningMethod.HAM, "rank=4").searched())
                .hasMessageContaining("density")
                .hasMessageContaining("rank");
        assertThatThrownBy(() -> config(LearningMethod.HAM, "method=joint").searched())
                .hasMessageContaining("'joint'");
        assertThatThrownBy(() -> config(LearningMethod.HAM, "density=0.5").searched())
                .hasMessageContaining("found density");
        assertThatThrownBy(() -> config(LearningMethod.HAM, "keep=half").searched())
                .hasMessageContaining("keep");
        assertThatThrownBy(() -> config(LearningMethod.HAM, "keep=1.5").searched())
                .hasMessageContaining("1.5");
        assertThatThrownBy(() -> config(LearningMethod.SEQUENTIAL, "keep=0.5")).hasMessageContaining("sequential");
        RunConfig usual = config(LearningMethod.HAM, "keep=0.5");
        assertThatThrownBy(() -> usual.toBuilder().optGuard(GuardRule.OFF).build())
                .hasMessageContaining("guard");
        assertThatThrownBy(() -> usual.toBuilder().optHead(HeadKind.LINEAR).build())
                .hasMessageContaining("linear");
        assertThatThrownBy(() -> usual.toBuilder().optDrift(DriftRule.STATES).build())
                .hasMessageContaining("drift states");
        assertThatThrownBy(() -> usual.toBuilder().optHeldOut(BigDecimal.ZERO).build())
                .hasMessageContaining("held-out 0");
        assertThat(SearchRule.parse("method=ham,ties,keep=0.4").optionName()).isEqualTo("method=ham,ties,keep=0.4");
        assertThat(SearchRule.parse("method=ham,ties;keep=0.4,1.0"))
                .isEqualTo(SearchRule.parse("method=ham,ties,keep=0.4,1.0"));
        assertThatThrownBy(() -> SearchRule.parse("keep=0.4;")).hasMessageContaining("search");
        assertThat(SearchRule.parse("none")).isEqualTo(SearchRule.NONE);
    }
}
