package ham.bench.url;

import ham.bench.scenario.Scenario;
import ham.merge.InputException;
import java.util.List;

/**
 * What is asked of a server.
 *
 * @param model who is asked
 * @param scenarios one after the other
 * @param queries of each scenario
 * @param warmUps queries before that, which are not counted
 * @param rate queries a second that become due in {@link Scenario#SERVER}
 * @param connections how many queries may be under way at once in {@link Scenario#SERVER} and {@link Scenario#OFFLINE}
 * @param images of a query in {@link Scenario#MULTI_STREAM}, where the model takes any number
 * @param tokens of a text
 * @param seed of values and gaps
 */
public record UrlPlan(
        String model,
        List<Scenario> scenarios,
        int queries,
        int warmUps,
        double rate,
        int connections,
        int images,
        int tokens,
        long seed) {
    /**
     * Checks the values.
     *
     * @throws InputException if one is not allowed
     */
    public UrlPlan {
        scenarios = List.copyOf(scenarios);
        atLeastOne("url-queries", queries);
        atLeastOne("connections", connections);
        atLeastOne("images", images);
        atLeastOne("url-tokens", tokens);
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw InputException.parameter("url-rate", "expected more than 0 queries a second, found " + rate);
        }
    }

    private static void atLeastOne(String parameter, int value) {
        if (value < 1) {
            throw InputException.parameter(parameter, "expected at least 1, found " + value);
        }
    }
}
