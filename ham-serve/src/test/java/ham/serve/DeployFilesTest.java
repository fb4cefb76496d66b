package ham.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files that put a server into service: their form, and that they start what is there with options that are there. */
class DeployFilesTest {
    private static final Set<String> OPTIONS =
            Set.of("--host", "--http", "--grpc", "--log", "--watch", "--token-file", "--stop-delay", "--drain");

    private static Path file(String name) {
        return TestServer.testdata("../deploy").resolve(name);
    }

    @ParameterizedTest
    @CsvSource({"kubernetes.yaml, Deployment Service", "kserve.yaml, ServingRuntime InferenceService"})
    void manifestsAreYamlAndStartTheServer(String name, String kinds) throws IOException {
        YAMLMapper mapper = YAMLMapper.builder().build();
        List<JsonNode> documents = new ArrayList<>();
        try (var values =
                mapper.readerFor(JsonNode.class).<JsonNode>readValues(file(name).toFile())) {
            values.forEachRemaining(documents::add);
        }
        assertThat(documents.stream().map(each -> each.path("kind").asText())).containsExactly(kinds.split(" "));
        JsonNode spec = documents.get(0).path("spec");
        JsonNode container = (spec.has("template") ? spec.path("template").path("spec") : spec)
                .path("containers")
                .path(0);
        Set<String> options = new TreeSet<>();
        container.path("args").forEach(each -> {
            assertThat(each.isTextual()).as(each.toString()).isTrue();
            if (each.asText().startsWith("--")) {
                options.add(each.asText());
            }
        });
        assertThat(options).isNotEmpty().isSubsetOf(OPTIONS);
        assertThat(container.path("readinessProbe").path("httpGet").path("path").asText())
                .isEqualTo("/v2/health/ready");
        assertThat(container
                        .path("securityContext")
                        .path("allowPrivilegeEscalation")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void theContainerHasNoShellAndNoRoot() throws IOException {
        List<String> lines = Files.readAllLines(file("Containerfile")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        assertThat(lines).allMatch(line -> line.matches("(FROM|COPY|ENV|USER|EXPOSE|STOPSIGNAL|ENTRYPOINT|CMD) .+"));
        assertThat(lines.get(0)).startsWith("FROM gcr.io/distroless/java17");
        assertThat(lines).contains("USER nonroot:nonroot").doesNotContain("USER root");
        JsonNode entry = TestServer.MAPPER.readTree(lines.stream()
                .filter(line -> line.startsWith("ENTRYPOINT"))
                .findFirst()
                .orElseThrow()
                .substring("ENTRYPOINT ".length()));
        assertThat(entry.get(entry.size() - 1).asText()).isEqualTo("serve");
    }

    @Test
    void theUnitHasSectionsAndKeys() throws IOException {
        String section = "";
        Set<String> seen = new TreeSet<>();
        for (String line : Files.readAllLines(file("ham-serve.service"))) {
            if (line.matches("\\[\\w+]")) {
                section = line;
                seen.add(line);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                assertThat(line).matches("[A-Z][A-Za-z]+=.*");
                assertThat(section).isNotEmpty();
            }
        }
        assertThat(seen).containsExactlyInAnyOrder("[Unit]", "[Service]", "[Install]");
    }
}
