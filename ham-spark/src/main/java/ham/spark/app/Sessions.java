package ham.spark.app;

import ham.common.Found;
import ham.runtime.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Sessions on this machine or on a cluster, which gets what it has not: ham itself, and ONNX Runtime. */
final class Sessions {
    private static final String MASTER = "spark.master";
    private static final String LOOPBACK = "127.0.0.1";

    private Sessions() {}

    /**
     * A session for programs, which take minutes or days and all cores that there are: an executor that is slow to answer beside them is not lost, and
     * no program runs twice at the same time.
     *
     * @param master of the cluster; null for this machine
     */
    static SparkSession forPrograms(String master, String name) {
        return begin(
                master,
                name,
                new SparkConf().setIfMissing("spark.network.timeout", "600s").set("spark.speculation", "false"));
    }

    /**
     * Begins a session. What {@code spark-submit} or system properties {@code spark.*} say stays as it is.
     *
     * @param master of the cluster; null for this machine
     */
    static SparkSession begin(String master, String name) {
        return begin(master, name, new SparkConf());
    }

    private static SparkSession begin(String master, String name, SparkConf conf) {
        conf.setIfMissing("spark.app.name", name).setIfMissing("spark.ui.enabled", "false");
        if (master != null) {
            conf.setMaster(master);
        }
        conf.setIfMissing(MASTER, "local[*]");
        requireTemporary(conf);
        boolean local = conf.get(MASTER).startsWith("local");
        if (local || conf.get(MASTER).matches("spark://(127\\.0\\.0\\.1|localhost):.*")) {
            conf.setIfMissing("spark.driver.host", LOOPBACK).setIfMissing("spark.driver.bindAddress", LOOPBACK);
        }
        if (!local && !conf.contains("spark.jars") && !conf.contains("spark.executor.extraClassPath")) {
            conf.set("spark.jars", jars());
        }
        SparkSession session = SparkSession.builder().config(conf).getOrCreate();
        if (!local) {
            Executors.watch(session);
        }
        return session;
    }

    /** Spark tries ten times and ends the JVM; so it is said before. */
    private static void requireTemporary(SparkConf conf) {
        if (conf.contains("spark.local.dir") || System.getenv("SPARK_LOCAL_DIRS") != null) {
            return;
        }
        try {
            Files.delete(Files.createTempFile("ham-spark-", ""));
        } catch (IOException e) {
            throw new ModelException(
                    System.getProperty("java.io.tmpdir")
                            + ": expected a temporary folder that can be written, found none (" + Found.why(e)
                            + "); free some space, or set HAM_OPTS=-Djava.io.tmpdir=FOLDER.",
                    e);
        }
    }

    /** This jar, and those in the folder {@code lib} beside it. */
    private static String jars() {
        try {
            URI own = Sessions.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            Path jar = Path.of(own);
            if (!Files.isDirectory(jar.resolveSibling("lib"))) {
                return own.toString();
            }
            try (Stream<Path> lib = Files.list(jar.resolveSibling("lib"))) {
                return Stream.concat(Stream.of(jar), lib.sorted())
                        .map(each -> each.toUri().toString())
                        .collect(Collectors.joining(","));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
