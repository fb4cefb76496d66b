package ham.export.fleet;

import java.nio.file.Path;
import java.util.Optional;

/** A program that applies an update and rolls it back until it is killed. */
final class ApplyForEver {
    private ApplyForEver() {}

    public static void main(String[] args) {
        Installation installation = new Installation(Path.of(args[0]));
        Update update = Update.open(Path.of(args[1]), Optional.empty());
        System.out.println("begin");
        while (true) {
            try {
                installation.apply(update, next -> {});
            } catch (ham.merge.InputException e) {
                installation.rollBack();
            }
        }
    }
}
