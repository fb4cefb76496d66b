/** The frame of every report: one HTML file with its style, its sections and tables, which is well-formed XML too. */
package ham.report.page;
