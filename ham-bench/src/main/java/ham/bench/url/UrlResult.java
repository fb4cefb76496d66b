package ham.bench.url;

import ham.bench.latency.LatencySummary;

/**
 * How a server did in a scenario.
 *
 * @param scenario its name
 * @param queries that were answered with 200
 * @param refused with 429 or 503
 * @param failed otherwise
 * @param images a second that were answered
 * @param latency in ms: from sending, or in the scenario Server from when the query was due, so that waiting for the server counts
 */
public record UrlResult(String scenario, int queries, int refused, int failed, double images, LatencySummary latency) {}
