/** {@code bench.json} as records: what a serving comparison writes and what pages and tables read, files of older releases included. */
package ham.report.bench;
