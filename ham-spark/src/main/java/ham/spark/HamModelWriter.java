package ham.spark;

import ham.spark.ship.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLWriter;

/** Writes parameters as Spark ML does, and the model with its external data into the folder {@value #FOLDER} beside them. */
final class HamModelWriter extends MLWriter {
    /** Where the model's files lie in what is saved. */
    static final String FOLDER = "model";

    private final HamModel instance;

    HamModelWriter(HamModel instance) {
        this.instance = instance;
    }

    @Override
    public void saveImpl(String path) {
        Configuration configuration = sparkSession().sparkContext().hadoopConfiguration();
        java.nio.file.Path model = ModelFiles.local(instance.location(), configuration);
        try {
            new DefaultParamsWriter(instance).session(sparkSession()).save(path);
            ModelFiles.copy(model, new Path(path, FOLDER).toString(), configuration);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
