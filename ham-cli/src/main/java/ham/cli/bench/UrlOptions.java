package ham.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.bench.latency.LatencySummary;
import ham.bench.scenario.Scenario;
import ham.bench.url.OipClient;
import ham.bench.url.UrlBench;
import ham.bench.url.UrlPlan;
import ham.bench.url.UrlResult;
import ham.cli.console.Console;
import ham.cli.console.ExitCode;
import ham.cli.console.Table;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code ham bench --url}: the scenarios against a server. */
final class UrlOptions {
    private static final Set<String> OF_EVERY_COMMAND = Set.of("--json", "--debug");

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "Measure a server of the Open Inference Protocol instead, for example http://127.0.0.1:8000; needs --model.")
    private String url;

    @Option(names = "--model", paramLabel = "NAME", description = "With --url: the model that is asked.")
    private String model;

    @Option(
            names = "--url-rate",
            paramLabel = "QPS",
            defaultValue = "100",
            description = "With --url: queries a second in the scenario Server (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--url-queries",
            paramLabel = "N",
            defaultValue = "1000",
            description = "With --url: queries of a scenario (default: ${DEFAULT-VALUE}).")
    private int queries;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "32",
            description = "With --url: queries under way at once, Server and Offline (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--url-tokens",
            paramLabel = "N",
            defaultValue = "32",
            description = "With --url: tokens of a text, where the model takes texts (default: ${DEFAULT-VALUE}).")
    private int tokens;

    @Option(names = "--url-token-file", paramLabel = "FILE", description = "With --url: the server's token.")
    private Path token;

    /**
     * Whether a server is to be measured.
     *
     * @throws ParameterException when options that say how a server is measured and others stand side by side
     */
    boolean given(CommandSpec command) {
        for (ArgSpec each : command.commandLine().getParseResult().matchedArgs()) {
            String name = each instanceof OptionSpec option ? option.longestName() : each.paramLabel();
            boolean ofUrl = each.userObject() instanceof Field field && field.getDeclaringClass() == UrlOptions.class;
            if (url == null && ofUrl) {
                throw new ParameterException(
                        command.commandLine(), name + ": expected --url, whose server it is about, found none");
            }
            if (url != null && !ofUrl && !OF_EVERY_COMMAND.contains(name)) {
                throw new ParameterException(
                        command.commandLine(),
                        "--url: expected nothing that measures models in this process, found " + name
                                + "; leave it out");
            }
        }
        return url != null;
    }

    int run(Console console) {
        if (model == null) {
            throw new ParameterException(console.spec().commandLine(), "--url: expected --model with it, found none");
        }
        OipClient client = new OipClient(server(), Optional.ofNullable(token).map(UrlOptions::read));
        OipClient.Server server = client.server();
        OipClient.Model described = client.model(model);
        List<Scenario> scenarios = new ArrayList<>(List.of(Scenario.values()));
        if (described.fixedRows().isPresent()) {
            scenarios.remove(Scenario.MULTI_STREAM);
            console.warn("model " + model + " takes " + described.fixedRows().getAsLong()
                    + " at once and no other number: no MultiStream");
        }
        UrlPlan plan = new UrlPlan(model, scenarios, queries, Math.min(queries, 200), rate, connections, 8, tokens, 1);
        List<UrlResult> results = new UrlBench(client, plan).run();
        if (results.stream().allMatch(each -> each.queries() == 0)) {
            throw new InputException(url + ": expected answers of model " + model + ", found "
                    + results.stream().mapToInt(UrlResult::refused).sum() + " queries refused (429 or 503) and "
                    + results.stream().mapToInt(UrlResult::failed).sum() + " failed; ask it by hand what is wrong");
        }
        String speed = described.takesTokens() ? "texts/s" : "images/s";
        Table table =
                new Table("scenario", "answered", "refused", "failed", speed, "p50 ms", "p90 ms", "p99 ms", "max ms");
        for (UrlResult each : results) {
            LatencySummary latency = each.latency();
            table.row(
                    each.scenario(),
                    Integer.toString(each.queries()),
                    Integer.toString(each.refused()),
                    Integer.toString(each.failed()),
                    number(each.images()),
                    latency == null ? "" : number(latency.p50Ms()),
                    latency == null ? "" : number(latency.p90Ms()),
                    latency == null ? "" : number(latency.p99Ms()),
                    latency == null ? "" : number(latency.maxMs()));
        }
        ObjectNode json = JsonFiles.object().put("url", url);
        json.set("server", JsonFiles.tree(server));
        json.set("plan", JsonFiles.tree(plan));
        json.set("results", JsonFiles.tree(results));
        console.result(
                server.name() + " " + server.version() + " at " + url + ", model " + model + "; Server: " + number(rate)
                        + " queries/s, latencies from when a query was due\n" + table,
                json);
        return ExitCode.DONE;
    }

    private URI server() {
        try {
            URI uri = URI.create(url);
            boolean plain = uri.getRawQuery() == null && uri.getRawFragment() == null;
            if (plain && uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw InputException.parameter("url", "expected http://HOST:PORT or https://HOST:PORT, found '" + url + "'");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw InputException.unreadable(file, e);
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
