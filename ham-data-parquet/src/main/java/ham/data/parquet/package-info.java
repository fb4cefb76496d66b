/**
 * Image sets in parquet files, as Hugging Face's hub has them: a column of images as bytes, a column of classes, and the names of the classes in
 * the file's metadata. {@code ham-train} finds this package where it is on the class path.
 */
package ham.data.parquet;
