/** Runs, serving comparisons and experiments in pictures: each one HTML file that needs no network, from the records on disk. */
package ham.report;
