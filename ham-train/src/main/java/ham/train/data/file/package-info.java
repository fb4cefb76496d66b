/** Files of data sets, whatever stands in them. */
package ham.train.data.file;
