package ham.merge.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.MergeProgress;
import ham.merge.config.MergeConfig;
import ham.merge.io.JsonFiles;
import ham.merge.io.JsonRecords;
import ham.merge.join.Importance;
import ham.merge.plan.LayerRule;
import ham.merge.plan.MergeChoices;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeCardTest {
    private static final List<Double> WEIGHTS = List.of(1.1, 0.3, 0.9, 0.5, 1.7, 0.2);
    private static final MergeOrigin ORIGIN = new MergeOrigin(
            List.of("ham", "merge", "it's", "--layer", "a.*:keep=1"), Optional.of("1.2.3"), Optional.empty());

    @TempDir
    private Path folder;

    private static AdapterMerge merge(MergeSettings settings) {
        return AdapterMerge.of(
                Adapters.allPublished(), Importance.each(WEIGHTS), settings, Optional.empty(), MergeProgress.SILENT);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REGMEAN") // no published adapter has Gram matrices
    void theConfigurationOnTheCardGivesTheSameMerge(MergeMethod method) throws IOException {
        LayerRule rule = new LayerRule(
                Pattern.compile("layer\\.0\\..*\"?"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(0.5));
        MergeSettings settings = new MergeChoices().layers(List.of(rule)).settings(method);
        AdapterMerge merge = merge(settings);
        MergeFolder.write(folder, merge, ORIGIN, MergeProgress.SILENT);
        String card = Files.readString(folder.resolve("README.md"));
        String yaml = card.substring(card.indexOf("```yaml\n") + 8, card.lastIndexOf("```"));

        MergeConfig config = MergeConfig.read(Files.writeString(folder.resolve("again.yaml"), yaml));
        config.check(method);
        assertThat(config.method()).contains(method);
        assertThat(config.adapters().stream()
                        .map(each -> each.importance().orElseThrow())
                        .toList())
                .isEqualTo(WEIGHTS);
        AdapterMerge again = AdapterMerge.of(
                config.adapters().stream()
                        .map(each -> AdapterFolder.read(
                                Adapters.path("v4-names", 0)
                                        .resolveSibling(each.path().getFileName()),
                                each.name().orElseThrow()))
                        .toList(),
                Importance.each(WEIGHTS),
                config.choices().settings(method),
                config.mode(),
                MergeProgress.SILENT);
        assertThat(again.merge().merged()).isEqualTo(merge.merge().merged());
    }

    @Test
    void theCardTellsWhatHappened() throws IOException {
        ObjectNode record = MergeFolder.write(
                        folder, merge(MergeSettings.of(MergeMethod.HAM)), ORIGIN, MergeProgress.SILENT)
                .json();
        assertThat(folder.resolve("README.md"))
                .content()
                .isEqualTo(MergeCard.of(record(record)))
                .contains("# 6 adapters merged by ham")
                .contains("made by ham 1.2.3")
                .contains("ham merge 'it'\\''s' --layer 'a.*:keep=1'")
                .contains("| adapter4 | 1.700 |")
                .contains("| 0 | adapter0, adapter1, adapter2 |")
                .contains("| query | 4 | [64, 64] | 32 / 32 / 32 |");
        assertThat(folder.resolve("merge.json")).hasContent(JsonFiles.pretty(record));
        assertThat(record.path("factored").asBoolean()).isTrue();
        assertThat(record.path("kernels").asText()).isNotEmpty();
        assertThat(record.path("command")).hasSize(5);
    }

    private static MergeRecord record(ObjectNode json) {
        return JsonRecords.read(Path.of("merge.json"), json, MergeRecord.class);
    }

    @Test
    void namesCannotBreakTheCard() {
        ObjectNode record = JsonFiles.object().put("method", "ties").put("mode", "independent");
        record.putArray("steps").addObject().put("adapter", "a|b\n# c<d>").put("weight", 1.5);
        record.putArray("inputs").addObject().put("adapter", "a").put("sha256", "0123456789abcdef");
        record.putObject("parameters").put("density", new BigDecimal("0.5"));
        assertThat(MergeCard.of(record(record)))
                .contains("| a\\|b # c\\<d\\> | 1.500 | 0123456789ab |")
                .doesNotContain("\n# c");
    }
}
