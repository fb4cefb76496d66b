package ham.cli.experiment;

import ham.cli.console.Console;
import ham.cli.train.TrainingProgress;
import ham.job.experiment.ExperimentListener;
import ham.train.experiment.PlannedRun;
import ham.train.run.RunProgress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/** Shows on standard error how an experiment goes. */
final class ExperimentText implements ExperimentListener {
    private final Console console;
    private final Set<String> warned = new HashSet<>();

    ExperimentText(Console console) {
        this.console = console;
    }

    @Override
    public RunProgress begins(int number, int runs, PlannedRun run, OptionalDouble secondsLeft) {
        console.stage("run " + number + " of " + runs + ": " + run.name() + ", order " + run.order()
                + (secondsLeft.isPresent() ? ", about " + time(secondsLeft.getAsDouble()) + " left" : ""));
        return new TrainingProgress(console, run.config(), warned);
    }

    @Override
    public void stage(String sentence) {
        console.stage(sentence);
    }

    @Override
    public void interrupted(Path folder) {
        console.stage("ham: interrupted; the same command goes on with " + folder);
    }

    private static String time(double seconds) {
        long minutes = Math.round(seconds / 60);
        if (minutes < 1) {
            return Math.round(seconds) + " s";
        }
        return minutes < 60
                ? minutes + " min"
                : String.format(Locale.ROOT, "%d h %02d min", minutes / 60, minutes % 60);
    }
}
