package ham.train.config;

import static ham.train.config.RunConfigBuilder.or;

import ham.train.data.BadImages;
import ham.train.data.DataSpec;
import ham.train.stream.Arrival;
import ham.train.stream.Sampling;
import ham.train.stream.StreamSettings;
import java.nio.file.Path;

/** The fields of a {@link RunConfigBuilder} that say how the classes come. */
final class StreamFields {
    private static final int USUAL_TASKS = 10;
    private static final long USUAL_ORDER = 1993;

    private StreamFields() {}

    static StreamSettings stream(RunConfigBuilder of, Path data) {
        Sampling usual = Sampling.DEFAULT;
        return new StreamSettings(
                of.tasks == null ? usualTasks(data) : of.tasks,
                or(of.initialClasses, 0),
                of.order == null ? Arrival.of(USUAL_ORDER) : Arrival.parse(of.order),
                new Sampling(or(of.trainImages, usual.perClass()), or(of.heldOut, usual.heldOut())),
                or(of.onBadImage, BadImages.STOP));
    }

    private static int usualTasks(Path data) {
        return Math.min(USUAL_TASKS, DataSpec.open(data).classNames().size());
    }

    static RunConfigBuilder fill(RunConfigBuilder builder, StreamSettings settings) {
        return builder.optTasks(settings.tasks())
                .optInitialClasses(settings.initial())
                .optOrder(settings.order())
                .optTrainImages(settings.sampling().perClass())
                .optHeldOut(settings.sampling().heldOut())
                .optOnBadImage(settings.badImages());
    }
}
