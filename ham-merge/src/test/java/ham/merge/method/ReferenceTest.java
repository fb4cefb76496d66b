package ham.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import ham.merge.MergeProgress;
import ham.merge.adapter.LoraAdapter;
import ham.merge.adapter.LoraFactors;
import ham.merge.combine.Combine;
import ham.merge.io.JsonFiles;
import ham.merge.join.Group;
import ham.merge.join.HamParameters;
import ham.merge.join.Importance;
import ham.merge.join.Join;
import ham.merge.join.MergeStep;
import ham.merge.peft.PeftReader;
import ham.merge.plan.HamMerge;
import ham.merge.plan.MergeSettings;
import ham.merge.plan.PreparedMerge;
import ham.merge.safetensors.SafetensorsFile;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case of the independent reference implementation: groups exactly, similarities, scalars and deltas to 1e-6. */
class ReferenceTest {
    private static final JsonNode EXPECTED =
            JsonFiles.read(TestData.path("ham-reference/expected.json"), "the expected results");

    static Stream<String> cases() {
        return EXPECTED.path("cases").properties().stream().map(Map.Entry::getKey);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reproducesGroupsSimilaritiesAndScalars(String name) {
        JsonNode expected = EXPECTED.path("cases").path(name);
        HamMerge control = merge(name, Combine.SUM);
        requireExpected(expected, control.steps(), control.groups());
        PreparedMerge fast = prepared(name, Combine.SUM);
        requireExpected(expected, fast.steps(), fast.groups());
    }

    private static void requireExpected(JsonNode expected, List<MergeStep> steps, List<Group> groups) {
        assertThat(steps).hasSize(expected.path("steps").size());
        for (int i = 0; i < steps.size(); i++) {
            JsonNode want = expected.path("steps").path(i);
            MergeStep step = steps.get(i);
            assertThat(step.adapter()).isEqualTo(want.path("task").asText());
            assertThat(step.group()).isEqualTo(want.path("group").asInt());
            assertThat(step.opened()).isEqualTo(want.path("opened").asBoolean());
            assertThat(step.groupAlpha())
                    .isCloseTo(want.path("group_alpha_after").asDouble(), within(1e-6));
            assertThat(step.norm()).isCloseTo(want.path("pruned_delta_norm").asDouble(), within(1e-5));
            assertThat(step.similarity()).hasSize(want.path("similarities").size());
            for (int g = 0; g < step.similarity().size(); g++) {
                assertThat(step.similarity().get(g))
                        .isCloseTo(want.path("similarities").path(g).asDouble(), within(1e-6));
            }
        }
        assertThat(groups).hasSize(expected.path("groups").size());
        for (int g = 0; g < groups.size(); g++) {
            JsonNode want = expected.path("groups").path(g);
            assertThat(groups.get(g).members().stream().map(Group.Member::name))
                    .containsExactlyElementsOf(texts(want.path("members")));
            assertThat(groups.get(g).alpha().mean())
                    .isCloseTo(want.path("alpha").asDouble(), within(1e-6));
            assertThat(Math.sqrt(groups.get(g).squaredNorm()))
                    .isCloseTo(want.path("delta_norm").asDouble(), within(1e-4));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void reproducesDeltas(String name) {
        JsonNode expected = EXPECTED.path("cases").path(name);
        for (Combine combine : List.of(Combine.SUM, Combine.MEAN)) {
            String form = combine == Combine.SUM ? "merged" : "normalized";
            requireDeltas(name, expected, form, merge(name, combine).merged());
            requireDeltas(name, expected, form, prepared(name, combine).merged());
        }
    }

    private static void requireDeltas(String name, JsonNode expected, String form, SortedMap<String, Matrix> deltas) {
        JsonNode norms = expected.path(form).path("per_weight");
        assertThat(deltas).hasSize(norms.size());
        deltas.forEach((weight, delta) -> assertThat(norm(delta))
                .isCloseTo(norms.path(weight).path("norm").asDouble(), within(1e-5)));
        Path stored = TestData.path("ham-reference/" + name + "." + form + ".safetensors");
        if (Files.exists(stored)) {
            SafetensorsFile file = SafetensorsFile.open(stored);
            assertThat(file.names()).isEqualTo(deltas.keySet());
            deltas.forEach((weight, delta) -> assertThat(Laws.largestDifference(delta, file.matrix(weight)))
                    .isLessThanOrEqualTo(1e-6 * Laws.largestEntry(delta)));
        }
    }

    private static HamMerge merge(String name, Combine combine) {
        JsonNode expected = EXPECTED.path("cases").path(name);
        HamMerge merge = new HamMerge(parameters(expected, combine));
        int i = 0;
        for (LoraAdapter adapter : adapters(name, expected.path("steps"))) {
            merge.add(adapter, expected.path("alphas").path(i++).asDouble());
        }
        return merge;
    }

    private static PreparedMerge prepared(String name, Combine combine) {
        JsonNode expected = EXPECTED.path("cases").path(name);
        List<Double> alphas = new ArrayList<>();
        expected.path("alphas").forEach(alpha -> alphas.add(alpha.asDouble()));
        return PreparedMerge.of(
                MergeSettings.ham(parameters(expected, combine)),
                adapters(name, expected.path("steps")),
                Importance.each(alphas),
                List.of(),
                MergeProgress.SILENT);
    }

    private static HamParameters parameters(JsonNode expected, Combine combine) {
        JsonNode parameters = expected.path("parameters");
        return new HamParameters(
                parameters.path("keep").decimalValue(),
                parameters.path("tau").asDouble(),
                parameters.path("g_max").asInt(),
                Join.MEAN,
                combine);
    }

    private static List<LoraAdapter> adapters(String name, JsonNode steps) {
        List<LoraAdapter> adapters = new ArrayList<>();
        for (JsonNode step : steps) {
            String task = step.path("task").asText();
            adapters.add(
                    switch (name.substring(0, name.indexOf('.'))) {
                        case "peft6" ->
                            withModuleNames(LoraAdapter.load(
                                    PeftReader.read(TestData.path("peft-adapters/v4-names/" + task), task)));
                        case "random20" ->
                            stored(
                                    "random20.factors.safetensors",
                                    task,
                                    EXPECTED.path("random20")
                                            .path("scaling")
                                            .path(adapters.size())
                                            .asDouble());
                        default -> stored("edge.factors.safetensors", task, 1);
                    });
        }
        return adapters;
    }

    /** The reference calls deltas by module, without {@code .weight}. */
    private static LoraAdapter withModuleNames(LoraAdapter adapter) {
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        adapter.factors().forEach((weight, each) -> factors.put(weight.replaceFirst("\\.weight$", ""), each));
        return new LoraAdapter(adapter.name(), factors);
    }

    private static LoraAdapter stored(String fileName, String task, double scaling) {
        SafetensorsFile file = SafetensorsFile.open(TestData.path("ham-reference/" + fileName));
        SortedMap<String, LoraFactors> factors = new TreeMap<>();
        for (String tensor : file.names()) {
            if (tensor.startsWith(task + ".") && tensor.endsWith(".lora_A")) {
                String stem = tensor.substring(0, tensor.length() - ".lora_A".length());
                factors.put(
                        stem.substring(task.length() + 1),
                        new LoraFactors(file.matrix(tensor), file.matrix(stem + ".lora_B"), scaling));
            }
        }
        return new LoraAdapter(task, factors);
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static double norm(Matrix matrix) {
        double squares = 0;
        for (float value : matrix.data()) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
