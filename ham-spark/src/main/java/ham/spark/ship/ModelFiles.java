package ham.spark.ship;

import ham.runtime.ModelException;
import ham.runtime.onnx.ExternalData;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/** Copies models between this machine and wherever Hadoop can reach. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * A model as files of this machine: those that it is, or a copy of what lies elsewhere ({@code hdfs://}, {@code s3a://}).
     *
     * @throws ModelException when it is not there or cannot be read
     */
    public static Path local(String location, Configuration configuration) {
        org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
        URI uri = path.toUri();
        if (uri.getScheme() == null || uri.getScheme().equals("file")) {
            Path file = Path.of(uri.getPath());
            ModelException.requireFile(file, "an ONNX model");
            return file;
        }
        try {
            FileSystem system = path.getFileSystem(configuration);
            Path folder = Files.createTempDirectory("ham-model-");
            folder.toFile().deleteOnExit();
            Path model = fetch(system, path, folder);
            for (String data : ExternalData.locations(model)) {
                fetch(
                        system,
                        new org.apache.hadoop.fs.Path(path.getParent(), data),
                        folder.resolve(data).getParent());
            }
            return model;
        } catch (IOException e) {
            throw new ModelException(location + ": expected an ONNX model, but it cannot be read (" + e + ").", e);
        }
    }

    private static Path fetch(FileSystem system, org.apache.hadoop.fs.Path from, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path to = folder.resolve(from.getName());
        to.toFile().deleteOnExit();
        system.copyToLocalFile(false, from, new org.apache.hadoop.fs.Path(to.toUri()), true);
        return to;
    }

    /** Copies a model with its external data into a folder, which is made. */
    public static void copy(Path model, String folder, Configuration configuration) throws IOException {
        org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(folder);
        FileSystem system = target.getFileSystem(configuration);
        system.mkdirs(target);
        put(
                system,
                model,
                new org.apache.hadoop.fs.Path(target, model.getFileName().toString()));
        for (String location : ExternalData.locations(model)) {
            put(system, model.resolveSibling(location), new org.apache.hadoop.fs.Path(target, location));
        }
    }

    private static void put(FileSystem system, Path from, org.apache.hadoop.fs.Path to) throws IOException {
        system.copyFromLocalFile(false, true, new org.apache.hadoop.fs.Path(from.toUri()), to);
    }
}
