/**
 * How requests come: scenarios after MLPerf's definitions (no result of ours is an MLPerf result), run in turns by everything that is compared,
 * with every sample kept.
 */
package ham.bench.scenario;
