/** What a run is told: its configuration, made by a builder and bound to the {@code configuration} of {@code run.json}, both ways. */
package ham.train.config;
