package ham.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import ham.merge.head.HeadKind;
import ham.train.head.DriftRule;
import ham.train.learn.LearningMethod;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresetTest {
    private static final int CLASSES = 60;

    @TempDir
    private Path folder;

    private Path data;

    /** So many classes of one pixel. */
    @BeforeEach
    void prepare() throws IOException {
        data = folder.resolve("data");
        for (int label = 0; label < CLASSES; label++) {
            for (String part : new String[] {"train", "test"}) {
                Path own = data.resolve(part).resolve("class" + label);
                Files.createDirectories(own);
                ImageIO.write(
                        new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB),
                        "png",
                        own.resolve("0.png").toFile());
            }
        }
    }

    private RunConfig config(String name) {
        return Preset.read(name).builder(folder, data).build();
    }

    private Path file(String json) throws IOException {
        return Files.writeString(folder.resolve("own.json"), json);
    }

    @ParameterizedTest
    @CsvSource({"b0-inc10, 6, 0", "b0-inc5, 12, 0", "b50-inc10, 2, 50", "B50-Inc10, 2, 50"})
    void cutsClassesAsTheFieldDoes(String name, int tasks, int initial) {
        RunConfig config = config(name);
        assertThat(config.stream().tasks()).isEqualTo(tasks);
        assertThat(config.stream().initial()).isEqualTo(initial);
    }

    @ParameterizedTest
    @ValueSource(strings = {"paper", "b0-inc10", "b0-inc5", "b50-inc10"})
    void everyPresetOfTheFieldIsItsSetting(String name) {
        RunConfig config = config(name);
        assertThat(config.learning().method()).isEqualTo(LearningMethod.HAM);
        assertThat(config.head().kind()).isEqualTo(HeadKind.ANALYTIC);
        assertThat(config.head().projectionWidth()).isEqualTo(10_000);
        assertThat(config.preprocessing()).contains("plain-crop");
        assertThat(config.recipe().augmentation()).hasToString("Augmentation[padding=0, flip=true, smallest=0.05]");
        assertThat(config.stream().order().optionName()).isEqualTo("1993");
        assertThat(config.seed()).isEqualTo(1993);
        assertThat(config.device()).isEqualTo("auto");
    }

    @Test
    void everyNameIsAPresetAndThePapersTakesStatisticsAsTheyAre() {
        assertThat(Preset.NAMES).allSatisfy(name -> assertThat(config(name)).isNotNull());
        assertThat(config("paper").head().drift()).isEqualTo(DriftRule.NONE);
        assertThat(config("far").learning().rateDecay()).isLessThan(1);
        assertThat(config("far").head().featureBlocks()).isEqualTo(3);
        assertThat(config("far").measuring().guard().isUsed()).isTrue();
    }

    @Test
    void readsAFileOfTheFieldBesideParametersOfHam() throws IOException {
        RunConfig config = config(
                file("""
                {"prefix": "mine", "dataset": "cifar224", "memory_size": 0, "init_cls": 20, "increment": 20, "shuffle": false,
                 "model_name": "sdlora", "device": ["-1"], "seed": [7], "tuned_epoch": 2, "batch_size": 48, "init_lr": 0.001,
                 "weight_decay": 0.0, "optimizer": "adam", "lora_rank": 4, "targets": ["query", "key"], "keep": null}
                """
                                .replace(", \"keep\": null", ""))
                        .toString());
        assertThat(config.learning().method()).isEqualTo(LearningMethod.SD_LORA);
        assertThat(config.stream().tasks()).isEqualTo(3);
        assertThat(config.stream().order().optionName()).isEqualTo("natural");
        assertThat(config.seed()).isEqualTo(7);
        assertThat(config.device()).isEqualTo("cpu");
        assertThat(config.recipe().epochs()).isEqualTo(2);
        assertThat(config.recipe().batch()).isEqualTo(48);
        assertThat(config.recipe().adapterRate()).isEqualTo(0.001);
        assertThat(config.lora().rank()).isEqualTo(4);
        assertThat(config.lora().targets()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'increments': 10}          | increments: expected a key of LAMDA-PILOT that ham knows (",
                "{'memory_size': 2000}       | memory_size: expected 0, the one thing that ham does, found 2000",
                "{'optimizer': 'sgd'}        | optimizer: expected adam, the one thing that ham does, found",
                "{'init_cls': 7}             | increment: expected 7 classes and then 7 at a time to make up the 60 classes",
                "{'init_cls': 0}             | init_cls: expected a number of classes, 1 or more, found 0",
                "{'seed': [1, 2]}            | seed: expected one seed a run, found [1,2]",
                "{'init_lr': 0.1, 'lrate': 0.2} | lrate: expected the same as another key of lr says, 0.1, found 0.2",
                "{'model_name': 'l2p'}       | method",
            })
    void saysWhatItDoesNotKnow(String json, String sentence) throws IOException {
        String file = file(json.replace('\'', '"')).toString();
        assertThatThrownBy(() -> config(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void saysWhichPresetsThereAre() {
        assertThatThrownBy(() -> Preset.read("b0-inc7"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("preset: expected one of paper, b0-inc10, b0-inc5, b50-inc10, far or a file");
        assertThat(Arrays.asList("paper", "b0-inc10")).allMatch(Preset.NAMES::contains);
    }
}
