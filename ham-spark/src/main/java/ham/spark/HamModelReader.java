package ham.spark;

import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.MLReader;

/** Reads what {@link HamModelWriter} wrote, wherever it lies now. */
final class HamModelReader extends MLReader<HamModel> {
    @Override
    public HamModel load(String path) {
        HamModel loaded = new DefaultParamsReader<HamModel>().load(path);
        String name = new Path(loaded.location()).getName();
        return loaded.setModel(new Path(new Path(path, HamModelWriter.FOLDER), name).toString());
    }
}
