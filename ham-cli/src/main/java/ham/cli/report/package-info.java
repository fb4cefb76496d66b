/** {@code report.html}: a run in pictures, in one file that needs no network, from the records in the run folder. */
package ham.cli.report;
