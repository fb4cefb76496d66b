/** What pages and charts are drawn from, as records: of files, in which any key may be absent, or made by a program. */
package ham.report.record;
