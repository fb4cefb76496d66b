package ham.spark.app;

import ham.runtime.ModelException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** What is scored, as rows: a folder of images, or tables, which a file's ending names. */
final class ScoreInput {
    private static final String IMAGES =
            "*.{png,PNG,jpg,JPG,jpeg,JPEG,gif,GIF,bmp,BMP,tif,TIF,tiff,TIFF,ppm,PPM,webp,WEBP}";
    /** So that small files do not make a task of every few of them. */
    private static final long BYTES_TO_OPEN_A_FILE = 256 << 10;

    private final SparkSession spark;
    private final Path path;

    ScoreInput(SparkSession spark, String path) {
        this.spark = spark;
        this.path = new Path(path);
    }

    /** Tables, by the ending of their files. */
    private enum Table {
        PARQUET("parquet", false),
        CSV("csv", true),
        TSV("tsv", true),
        JSON_LINES("jsonl", false),
        JSON("json", true),
        LINES("txt", false);

        private final String ending;
        /** Whether only one task can read a file, because a row may go over several lines. */
        private final boolean whole;

        Table(String ending, boolean whole) {
            this.ending = ending;
            this.whole = whole;
        }

        static Optional<Table> of(Path file) {
            String name = file.getName().toLowerCase(java.util.Locale.ROOT).replaceFirst("\\.(gz|bz2|zst)$", "");
            return Arrays.stream(values())
                    .filter(each -> name.endsWith("." + each.ending))
                    .findFirst();
        }
    }

    /**
     * Reads it, lazily but for the names of files and columns.
     *
     * @throws ModelException when nothing is there that can be scored
     */
    Dataset<Row> read() throws IOException {
        FileSystem system = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
        if (!system.exists(path)) {
            throw new ModelException(path + ": expected images or a table, found nothing.");
        }
        Optional<Table> table = table(system);
        return table.isPresent() ? table(table.get()) : images();
    }

    /** What a file is called; in a folder, what all files are called, or the folders are (KEY=VALUE) in which parquet lies. */
    private Optional<Table> table(FileSystem system) throws IOException {
        FileStatus status = system.getFileStatus(path);
        if (status.isFile() || Table.of(path).filter(Table.PARQUET::equals).isPresent()) {
            return Table.of(path);
        }
        List<FileStatus> entries = Arrays.stream(system.listStatus(path))
                .filter(each -> !each.getPath().getName().startsWith(".")
                        && !each.getPath().getName().startsWith("_"))
                .toList();
        for (FileStatus each : entries) {
            if (Table.PARQUET.equals(Table.of(each.getPath()).orElse(null))
                    || (each.isDirectory() && each.getPath().getName().contains("="))) {
                return Optional.of(Table.PARQUET);
            }
        }
        List<Optional<Table>> kinds = entries.stream()
                .map(each -> each.isFile() ? Table.of(each.getPath()) : Optional.<Table>empty())
                .distinct()
                .toList();
        return kinds.size() == 1 ? kinds.get(0) : Optional.empty();
    }

    private Dataset<Row> table(Table table) {
        String location = path.toString();
        Dataset<Row> rows =
                switch (table) {
                    case PARQUET -> spark.read().parquet(location);
                    // As RFC 4180 has it: quotes in quotes are doubled, and what is quoted may go over several lines.
                    case CSV, TSV ->
                        spark.read()
                                .option("header", true)
                                .option("multiLine", true)
                                .option("quote", "\"")
                                .option("escape", "\"")
                                .option("sep", table == Table.TSV ? "\t" : ",")
                                .csv(location);
                    case JSON_LINES -> spark.read().json(location);
                    case JSON -> spark.read().option("multiLine", true).json(location);
                    case LINES -> spark.read().text(location).withColumnRenamed("value", "text");
                };
        int tasks = spark.sparkContext().defaultParallelism();
        return table.whole ? rows.repartition(tasks) : rows;
    }

    private Dataset<Row> images() {
        spark.conf().set("spark.sql.files.openCostInBytes", BYTES_TO_OPEN_A_FILE);
        Dataset<Row> images = spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", true)
                .option("pathGlobFilter", IMAGES)
                .load(path.toString())
                .select("path", "content");
        if (images.inputFiles().length == 0) {
            throw new ModelException(path + ": expected images (PNG, JPEG, GIF, BMP, TIFF, PPM) or a table (.parquet,"
                    + " .csv, .tsv, .jsonl, .json, .txt), found none.");
        }
        return images;
    }
}
