package ham.job.proof;

import ham.job.doctor.GpuLibraries;
import ham.job.work.Environment;
import ham.job.work.WorkListener;
import ham.merge.io.JsonFiles;
import ham.merge.io.Outputs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Proves what works on this machine. A small stream is trained, merged and exported on the CPU and on the GPU, in every number format; the exported model runs
 * on every backend; native engines are built, saved, loaded and refitted; latency and memory of all that works are measured. No failure stops it, and what
 * a machine lacks is skipped with the reason. Without a GPU the part of the CPU runs.
 */
public final class Proof {
    /** The record in the folder of a proof. */
    public static final String RECORD = "proof.json";
    /** The page beside it. */
    public static final String PAGE = "proof.html";

    private final Path base;
    private final Path data;
    private final Path out;
    private final int threads;
    private final boolean force;
    private final WorkListener listener;

    private Proof(Builder builder) {
        base = Objects.requireNonNull(builder.base, "base");
        data = Objects.requireNonNull(builder.data, "data");
        out = Objects.requireNonNull(builder.out, "out");
        threads = builder.threads;
        force = builder.force;
        listener = builder.listener;
    }

    /** A proof to be described. */
    public static Builder builder() {
        return new Builder();
    }

    /** Describes a proof. */
    public static final class Builder {
        private Path base;
        private Path data;
        private Path out;
        private int threads;
        private boolean force;
        private WorkListener listener = WorkListener.SILENT;

        private Builder() {}

        /** The checkpoint that is trained on. */
        public Builder setBase(Path checkpoint) {
            base = checkpoint;
            return this;
        }

        /** The images that are learnt, two classes at least. */
        public Builder setData(Path images) {
            data = images;
            return this;
        }

        /** The folder to write. */
        public Builder setOut(Path folder) {
            out = folder;
            return this;
        }

        /** Threads on the CPU; 0, the default, for all cores. */
        public Builder optThreads(int count) {
            threads = count;
            return this;
        }

        /** Whether an existing folder is replaced. */
        public Builder optForce(boolean replace) {
            force = replace;
            return this;
        }

        /** Who is told how it goes. */
        public Builder optListener(WorkListener told) {
            listener = told;
            return this;
        }

        /** The proof. */
        public Proof build() {
            return new Proof(this);
        }
    }

    /**
     * Tries everything and writes {@link #RECORD}, {@link #PAGE} and the runs, traces and engines behind them.
     *
     * @throws ham.merge.InputException when the folder may not be written
     */
    public ProofRecord run() {
        Outputs.checkFolder(out, force, RECORD, List.of(base, data));
        ProofRecord[] record = new ProofRecord[1];
        Outputs.folder(out, force, folder -> {
            Trials trials = new Trials(listener);
            TrainingTrials training = new TrainingTrials(trials, base, data, threads, folder);
            training.run();
            ServingTrials serving = new ServingTrials(trials, training.models(), threads, folder);
            serving.run();
            SpeedTrials.run(trials, serving.working());
            record[0] = new ProofRecord(Environment.facts(), GpuLibraries.here().findings(), trials.steps());
            JsonFiles.write(folder.resolve(RECORD), record[0].json());
            Files.writeString(folder.resolve(PAGE), ProofPage.html(record[0]));
        });
        return record[0];
    }
}
