/** {@code ham bench}: what each way to serve needs, its files, the measurement, and the results as JSON, tables and CSV. */
package ham.bench.comparison;
