/** Charts as SVG without scripts, fonts or files of their own: each can stand in a page or be a file; every text is escaped here. */
package ham.report.chart;
