package ham.merge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ham.merge.InputException;
import ham.merge.join.HamParameters;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.record.MergeMode;
import ham.testing.TestData;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MergeConfigTest {
    @TempDir
    private Path folder;

    @Test
    void theExampleOfTheDocumentationIsRead() {
        Path example = TestData.path("../docs/merge.yaml");
        MergeConfig config = MergeConfig.read(example);
        config.check(MergeMethod.HAM);
        assertThat(config.method()).contains(MergeMethod.HAM);
        assertThat(config.mode()).contains(MergeMode.INDEPENDENT);
        assertThat(config.base())
                .contains(example.resolveSibling("models/vit-base").normalize());
        MergeSettings settings = config.choices().settings(MergeMethod.HAM);
        assertThat(settings.ham()).isEqualTo(HamParameters.DEFAULTS);
        assertThat(settings.keep("vit.encoder.layer.1.attention.attention.query.weight"))
                .isEqualTo(new BigDecimal("0.8"));
        assertThat(settings.layerWeight("vit.encoder.layer.7.attention.attention.value.weight"))
                .isEqualTo(0.9);
        assertThat(config.adapters()).hasSize(3);
        assertThat(config.adapters().get(0).alpha()).contains(1.2);
        assertThat(config.adapters().get(1).name()).contains("cars-v2");
        assertThat(config.adapters().get(2).importance()).isEmpty();
    }

    /** Lines of comment that show other keys are right as well. */
    @Test
    void theOtherParametersOfTheExampleAreRead() throws IOException {
        String text = Files.readString(TestData.path("../docs/merge.yaml"));
        for (MergeMethod method : MergeMethod.values()) {
            for (String line : text.lines()
                    .filter(each -> each.matches("# [a-z]+: .+ # .*"))
                    .toList()) {
                if (line.substring(line.lastIndexOf('#')).contains(method.optionName())) {
                    Path file = write("parameters:\n  " + line.substring(2));
                    MergeConfig.read(file).check(method);
                }
            }
        }
    }

    @Test
    void decimalsStayAsTheyWereTyped() throws IOException {
        MergeConfig config = MergeConfig.read(write("parameters: {keep: 0.10000000000000000000001}"));
        assertThat(config.choices().settings(MergeMethod.HAM).ham().keep())
                .isEqualTo(new BigDecimal("0.10000000000000000000001"));
    }

    static Stream<Arguments> damaged() {
        return Stream.of(
                arguments("", List.of("expected keys with values, found none")),
                arguments("just text", List.of("expected keys with values, found none")),
                arguments("method: [ham", List.of("expected YAML, found a fault in line")),
                arguments("metod: ham", List.of("expected no other keys than method", "'metod'")),
                arguments("method: mean", List.of("method: expected one of ham, linear", "\"mean\"")),
                arguments("method: 3", List.of("method: expected one of", "found 3")),
                arguments("method:", List.of("method: expected one of", "found \"\"")),
                arguments("method: ham\nmethod: ham", List.of("Duplicate field 'method'")),
                arguments(
                        "parameters:\n  keep: 0.6\n  keep: 0.7", List.of("parameters.keep", "Duplicate field 'keep'")),
                arguments("parameters: 3", List.of("parameters: expected keys with values, found 3")),
                arguments(
                        "parameters: {kep: 0.6}",
                        List.of("parameters: expected no other keys than keep, tau", "'kep'")),
                arguments("parameters: {keep: '0.6'}", List.of("parameters.keep: expected a number, found \"0.6\"")),
                arguments("parameters: {tau: .inf}", List.of("parameters.tau: expected YAML", "inf")),
                arguments(
                        "parameters: {groups: 2.5}", List.of("parameters.groups: expected a whole number, found 2.5")),
                arguments("parameters: {groups: 99999999999}", List.of("parameters.groups: expected a whole number")),
                arguments(
                        "parameters: {join: both}",
                        List.of("parameters.join: expected one of mean, fold, found \"both\"")),
                arguments("layers: {match: x}", List.of("layers: expected a list")),
                arguments("layers: [x]", List.of("layers[0]: expected keys with values")),
                arguments("layers: [{keep: 0.5}]", List.of("layers[0].match: expected a value, found none")),
                arguments("layers: [{match: '('}]", List.of("layers[0].match: expected a regular expression")),
                arguments("layers: [{match: x, tau: 1}]", List.of("layers[0]: expected no other keys", "'tau'")),
                arguments("adapters: [{path: a}, {alpha: 1}]", List.of("adapters[1].path: expected a value")),
                arguments("adapters: [{path: a, alpha: one}]", List.of("adapters[0].alpha: expected a number")),
                arguments("base: &b x\nmethod: *b", List.of("expected values, found the alias *b")),
                arguments("method: ham\n---\nmethod: cat", List.of("expected YAML")));
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void whatIsWrongIsToldByFileAndKey(String text, List<String> expected) throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> MergeConfig.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .satisfies(error -> assertThat(error.getMessage()).contains(expected));
    }

    @Test
    void whatTheMethodDoesNotUseIsRefused() throws IOException {
        MergeConfig density = MergeConfig.read(write("parameters: {density: 0.5}"));
        assertThatThrownBy(() -> density.check(MergeMethod.HAM)).hasMessageContaining("merge.yaml: density: expected");
        MergeConfig alpha = MergeConfig.read(write("adapters: [{path: a, alpha: 1}]"));
        alpha.check(MergeMethod.HAM);
        assertThatThrownBy(() -> alpha.check(MergeMethod.TIES))
                .hasMessageContaining("adapters[0]: expected weight with the method ties");
    }

    @Test
    void aMissingFileIsToldByName() {
        assertThatThrownBy(() -> MergeConfig.read(folder.resolve("no.yaml"))).hasMessageContaining("no such file");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("merge.yaml"), text);
    }
}
