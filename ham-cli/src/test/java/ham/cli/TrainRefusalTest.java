package ham.cli;

import static ham.cli.Cli.ham;
import static ham.cli.Cli.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options and inputs that {@code ham train} refuses. */
class TrainRefusalTest {
    private static final Path BASE = testdata("hf-vit-tiny");

    @TempDir
    private static Path shared;

    private static Path data;

    @TempDir
    private Path temp;

    @BeforeAll
    static void makeImages() throws IOException {
        data = shared.resolve("data");
        NoiseImages.write(data);
    }

    private static Cli train(Path out, int tasks, int epochs, Object... more) {
        return TinyTraining.train(BASE, data, out, tasks, epochs, more);
    }

    @Test
    void optionsThatAMethodDoesNotUseAreRefused() {
        Path run = temp.resolve("run");
        train(run, 2, 1, "--method", "sequential", "--keep", "0.5").failsWith(2, "--keep");
        train(run, 2, 1, "--method", "sd-lora", "--mode", "independent").failsWith(2, "--mode");
        train(run, 2, 1, "--method", "cat-pruned", "--groups", "3").failsWith(2, "--groups", "cat-pruned");
        train(run, 2, 1, "--method", "sd-lora", "--adapters", run).failsWith(2, "--adapters");
        train(run, 2, 1, "--method", "linear", "--replay", 8).failsWith(2, "--replay", "mode independent");
        train(run, 2, 1, "--replay", 8).failsWith(2, "--replay", "add blocks 3 and targets attention_output,fc1,fc2");
        train(run, 2, 1, "--replay", 1_000_000).failsWith(2, "--replay", "0 to 100000");
        train(run, 2, 1, "--replay-hold=-1").failsWith(2, "--replay-hold");
        train(run, 2, 1, "--drift", "states").failsWith(2, "--drift", "[query, value]");
        train(run, 2, 1, "--ridge", "much").failsWith(2, "--ridge");
        train(run, 2, 1, "--held-out", "1").failsWith(2, "--held-out");
        train(run, 2, 1, "--method", "magic").failsWith(2, "sd-lora");
        ham("train", "--again", run, "--preset", "far").failsWith(2, "--preset", "found --again", "leave one out");
        assertThat(run).doesNotExist();
    }

    @Test
    void badInputIsOneLine() throws IOException {
        train(temp.resolve("run"), 5, 2).failsWith(2, "--tasks", "4", "5", "ham train --help");
        train(temp.resolve("run"), 2, 2, "--order", "0,1,2").failsWith(2, "--order", "0 to 3", "3 labels");
        ham("train", "--base", BASE, "--data", data, "--out", temp.resolve("run"), "--rank", 1000)
                .failsWith(2, "--rank", "the width of", "found 1000");
        train(temp.resolve("run"), 2, 2, "--blocks", "0,6").failsWith(2, "--blocks", "from 0 to 3", "found 6");
        train(temp.resolve("run"), 2, 2, "--blocks=-1").failsWith(2, "--blocks", "from 0", "[-1]");
        ham("train", "--base", BASE, "--data", temp.resolve("nowhere"), "--out", temp.resolve("run"))
                .failsWith(1, "nowhere", "found nothing");
        ham("train", "--base", temp, "--data", data, "--out", temp.resolve("run"))
                .failsWith(1, "config.json");
        Path one = Files.createDirectories(temp.resolve("one/train/only"));
        Files.copy(data.resolve("train/colour0/0.png"), one.resolve("0.png"));
        Files.copy(
                one.resolve("0.png"),
                Files.createDirectories(temp.resolve("one/test/only")).resolve("0.png"));
        ham("train", "--base", BASE, "--data", temp.resolve("one"), "--out", temp.resolve("run"))
                .failsWith(1, "two classes");
        train(temp.resolve("run"), 2, 2, "--device", "gpu:0").failsWith(1, "gpu:0", "none");
        train(data, 2, 2, "--force").failsWith(1, "expected a folder with run.json");
        Path mixed = temp.resolve("mixed");
        for (String image : new String[] {"train/a/0.png", "train/b/0.png", "test/a/0.png", "test/b/0.png"}) {
            Files.createDirectories(mixed.resolve(image).getParent());
            Files.copy(one.resolve("0.png"), mixed.resolve(image));
        }
        Files.writeString(mixed.resolve("train/b/1.png"), "no image");
        ham("train", "--base", BASE, "--data", mixed, "--out", temp.resolve("run"), "--tasks", "1")
                .failsWith(1, "1.png", "expected a PNG", "--on-bad-image skip");
        Path foreign = Files.createDirectories(temp.resolve("mine.partial"));
        Files.writeString(foreign.resolve("notes"), "mine");
        train(temp.resolve("mine"), 2, 2, "--force").failsWith(1, "mine.partial", "move it away");
        assertThat(foreign.resolve("notes")).exists();
        train(temp.resolve("run"), 2, 2, "--lr", 1, "--head-lr", 1, "--alpha-lr", 1, "--crop-padding", "4000")
                .failsWith(2, "padding");
        assertThat(temp.resolve("run")).doesNotExist();
        assertThat(temp.resolve("run.partial")).doesNotExist();
    }
}
