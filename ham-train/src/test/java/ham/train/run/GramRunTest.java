package ham.train.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ham.merge.InputException;
import ham.merge.MergeProgress;
import ham.merge.checkpoint.Target;
import ham.merge.folder.AdapterFolder;
import ham.merge.folder.AdapterMerge;
import ham.merge.gram.GramFile;
import ham.merge.gram.InputGram;
import ham.merge.plan.MergeMethod;
import ham.merge.plan.MergeSettings;
import ham.merge.tensor.Matrix;
import ham.testing.TestData;
import ham.train.config.RunConfig;
import ham.train.engine.TorchEngine;
import ham.train.feature.GramRule;
import ham.train.feature.InputGrams;
import ham.train.learn.LearningMethod;
import ham.train.vit.VitForward;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GramRunTest {
    @TempDir
    private Path temp;

    @BeforeEach
    void prepare() {
        TinyRun.prepare(temp);
    }

    private FinishedRun run(LearningMethod method, String gram) {
        RunConfig config =
                TinyRun.config(temp, method).toBuilder().opt("gram", gram).build();
        return TinyRun.run(config, temp.resolve(method.optionName() + gram));
    }

    @Test
    void adaptersLeaveWhatLaterMergesNeed() {
        for (String gram : List.of("full", "2", "diagonal")) {
            FinishedRun run = run(LearningMethod.LINEAR, gram);
            List<AdapterFolder> adapters = IntStream.range(0, TinyRun.TASKS)
                    .mapToObj(task -> AdapterFolder.read(RunFolder.adapter(run.folder(), task)))
                    .toList();
            assertThat(AdapterMerge.of(
                                    adapters,
                                    List.of(),
                                    MergeSettings.of(MergeMethod.REGMEAN),
                                    Optional.empty(),
                                    MergeProgress.SILENT)
                            .merge()
                            .merged())
                    .isNotEmpty();
        }
        Path without = RunFolder.adapter(run(LearningMethod.LINEAR, "auto").folder(), 0);
        assertThat(Files.exists(without.resolve(GramFile.NAME))).isFalse();
    }

    /** Adapters of a run that left whole Gram matrices are merged by what is asked for, as if they had been trained for it. */
    @Test
    void adaptersThatAreTakenAreMergedByTheFormThatIsAskedFor() {
        FinishedRun whole = run(LearningMethod.REGMEAN, "full");
        FinishedRun diagonal = run(LearningMethod.REGMEAN, "diagonal");
        for (FinishedRun source : List.of(whole, diagonal)) {
            for (String gram : List.of("diagonal", "2", "full")) {
                RunConfig config = TinyRun.config(temp, LearningMethod.REGMEAN).toBuilder()
                        .opt("gram", gram)
                        .optAdapters(source.folder())
                        .build();
                FinishedRun taken = TinyRun.run(
                        config, temp.resolve("taken-" + source.folder().getFileName() + "-" + gram));
                FinishedRun own =
                        gram.equals("2") ? run(LearningMethod.REGMEAN, gram) : gram.equals("full") ? whole : diagonal;
                assertThat(TinyRun.deltas(taken)).as(gram).isEqualTo(TinyRun.deltas(own));
            }
        }
    }

    @Test
    void hamsGroupsAreMergedByThem() {
        RunConfig config = TinyRun.config(temp, LearningMethod.HAM).toBuilder()
                .opt("combine", "regmean")
                .build();
        FinishedRun run = TinyRun.run(config, temp.resolve("run"));
        assertThat(RunFolder.adapter(run.folder(), 2).resolve(GramFile.NAME)).exists();
        assertThat(run.folder().resolve("merged/grams.safetensors")).exists();
    }

    /** Inputs of layers are measured by the plain ViT's own program only: another base is refused before anything is trained. */
    @Test
    void refusesABaseOfAnotherFamily() {
        RunConfig plain = TinyRun.config(temp, LearningMethod.LINEAR);
        RunConfig asked = plain.toBuilder()
                .setBase(TestData.path("encoders/dinov2"))
                .opt("gram", "full")
                .build();
        assertThatThrownBy(() -> RunInputs.open(asked))
                .isInstanceOf(InputException.class)
                .hasMessageContainingAll("gram", "expected a plain ViT", "found a DINOv2", "leave it out");
        RunConfig implied = TinyRun.config(temp, LearningMethod.HAM).toBuilder()
                .setBase(TestData.path("encoders/dinov2"))
                .opt("combine", "regmean")
                .build();
        assertThatThrownBy(() -> RunInputs.open(implied)).hasMessageContaining("expected a plain ViT");
        assertThat(RunInputs.open(asked.toBuilder().opt("gram", "auto").build())
                        .base()
                        .encoder()
                        .family())
                .isEqualTo("DINOv2");
    }

    @Test
    void refusesAFormThatDoesNotExist() {
        assertThatThrownBy(() -> GramRule.parse("half"))
                .hasMessageContaining("gram")
                .hasMessageContaining("'half'");
        assertThat(GramRule.parse("64").optionName()).isEqualTo("64");
    }

    @Test
    void imagesAddUpAndLayersThatReadTheSameShareOne() {
        RunInputs inputs = TinyRun.inputs(temp);
        int[] all = {0, 3, 5, 8, 11, 13};
        try (TorchEngine engine = TorchEngine.open("cpu", 1);
                VitForward vit = new VitForward(engine, inputs.base())) {
            SortedMap<String, Matrix> deltas = new TreeMap<>();
            int d = inputs.base().config().hidden();
            int last = inputs.base().config().layers() - 1;
            String query = inputs.base().names().weight(0, Target.QUERY);
            String value = inputs.base().names().weight(0, Target.VALUE);
            String lastQuery = inputs.base().names().weight(last, Target.QUERY);
            String lastValue = inputs.base().names().weight(last, Target.VALUE);
            for (String weight : List.of(query, value, lastQuery, lastValue)) {
                deltas.put(weight, Matrix.zeros(d, d));
            }
            SortedMap<String, InputGram> whole = grams(vit, inputs, deltas, all);
            SortedMap<String, InputGram> first = grams(vit, inputs, deltas, Arrays.copyOf(all, 2));
            SortedMap<String, InputGram> rest = grams(vit, inputs, deltas, Arrays.copyOfRange(all, 2, 6));
            assertThat(whole.get(query)).isSameAs(whole.get(value));
            assertThat(whole.get(lastQuery)).isNotEqualTo(whole.get(lastValue));
            whole.forEach((weight, gram) -> {
                float[] values = gram.values().data();
                for (int i = 0; i < values.length; i++) {
                    float sum = first.get(weight).values().data()[i]
                            + rest.get(weight).values().data()[i];
                    assertThat(values[i]).isCloseTo(sum, within(1e-3f));
                    assertThat(values[i]).isCloseTo(values[i % d * d + i / d], within(1e-3f));
                }
            });
        }
    }

    private static SortedMap<String, InputGram> grams(
            VitForward vit, RunInputs inputs, SortedMap<String, Matrix> deltas, int... images) {
        return InputGrams.of(vit, deltas, inputs.data().train(), images, inputs.reader(), GramRule.parse("full"));
    }
}
