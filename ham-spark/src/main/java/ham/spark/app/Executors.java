package ham.spark.app;

import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.sql.SparkSession;

/** Tells when a cluster gives no executor: Spark itself waits for ever and, but for its log, in silence. */
final class Executors {
    private static final long PATIENCE_SECONDS = Long.getLong("ham.spark.patience", 60);

    private Executors() {}

    /** Waits on a thread of its own, and warns once. */
    static void watch(SparkSession session) {
        SparkContext context = session.sparkContext();
        Thread watch = new Thread(
                () -> {
                    try {
                        Thread.sleep(PATIENCE_SECONDS * 1000);
                    } catch (InterruptedException e) {
                        return;
                    }
                    if (!context.isStopped() && !hasAny(context)) {
                        System.err.println("ham: warning: master: " + context.master() + " has given no executor for "
                                + PATIENCE_SECONDS + " s; expected a worker with a free core and "
                                + context.executorMemory()
                                + " MB of free memory (spark.executor.memory asks for more or less); still waiting");
                    }
                },
                "ham-executors");
        watch.setDaemon(true);
        context.addSparkListener(new SparkListener() {
            @Override
            public void onExecutorAdded(SparkListenerExecutorAdded added) {
                watch.interrupt();
            }
        });
        watch.start();
    }

    /** The driver is one that holds blocks as well. */
    private static boolean hasAny(SparkContext context) {
        return context.getExecutorMemoryStatus().size() > 1;
    }
}
