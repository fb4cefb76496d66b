package ham.bench.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ham.merge.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class FiguresTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    private Path temp;

    private Workshop workshop(int rounds) {
        return new Workshop(temp, temp, rounds);
    }

    @Test
    void rowsThatNeedOthersAreNotMeasuredAlone() {
        assertThat(Figures.rows("bake,merge")).containsExactly("merge", "bake");
        assertThatThrownBy(() -> Figures.rows("train,bake"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected merge beside bake and patch")
                .hasMessageContaining("found train,bake");
        assertThatThrownBy(() -> Figures.rows("speed"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found speed");
    }

    @Test
    void theTableTakesThePlaceOfTheOneBefore() throws Exception {
        Path page = Files.writeString(
                temp.resolve("page.md"),
                "# Page\n\n<!-- figures: written by benchmarks/run -->\n\n| old |\n\n<!-- end of figures -->\n\nRest.\n");
        String table =
                ReadmeTable.markdown(List.of(new Figure("merging", "1 s", "2 s", "`ham merge`")), "Measured here.");
        ReadmeTable.replace(page, table);
        assertThat(page)
                .hasContent(
                        """
                        # Page

                        <!-- figures: written by benchmarks/run -->

                        | measured | ham | against | command |
                        |---|---|---|---|
                        | merging | 1 s | 2 s | `ham merge` |

                        Measured here.

                        <!-- end of figures -->

                        Rest.
                        """);
        ReadmeTable.replace(page, table);
        assertThat(Files.readString(page)).containsOnlyOnce("merging");
        Path other = Files.writeString(temp.resolve("other.md"), "# Page\n");
        assertThatThrownBy(() -> ReadmeTable.replace(other, table))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("other.md");
        assertThat(other).hasContent("# Page\n");
    }

    @Test
    void theMedianIsThatOfEachFigure() {
        assertThat(ProcessCost.median(
                        List.of(new ProcessCost(3, 4, 10), new ProcessCost(1, 6, 30), new ProcessCost(2, 5, 20))))
                .isEqualTo(new ProcessCost(2, 5, 20));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void commandsRunInTurnsOnAClearedOutput() throws Exception {
        Files.createDirectories(temp.resolve("from"));
        Files.writeString(temp.resolve("from/file"), "text");
        Map<String, ProcessCost> costs = workshop(2)
                .turns(List.of(
                        workshop(2).copy("from", "to"),
                        new Competitor("java", List.of(JAVA, "-version"), temp.resolve("nothing"))));
        assertThat(costs.keySet()).containsExactly("a copy of the files", "java");
        assertThat(costs.get("java").peakBytes()).isGreaterThan(5_000_000);
        assertThat(costs.get("java").seconds()).isPositive();
        // cp into a folder that is there makes from/ inside it.
        assertThat(temp.resolve("to/file")).hasContent("text");
        assertThat(temp.resolve("to/from")).doesNotExist();
    }

    @Test
    void aCommandThatFailsIsNoFigure() {
        assertThatThrownBy(() -> workshop(1).run(List.of(JAVA, "--no-such-option")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-such-option");
    }

    @Test
    void aPeerThatIsNotInstalledIsSaidToBeAbsent() throws Exception {
        List<Competitor> competitors = new ArrayList<>();
        assertThat(workshop(1).addPython(competitors, "Peer", "no_such_package_of_python", temp, "peer.py"))
                .contains("Peer not measured", "no_such_package_of_python");
        assertThat(competitors).isEmpty();
    }

    @Test
    void ratesOfTrainingAreReadOutOfWhatIsPrinted() {
        Map<String, List<Double>> rates = new HashMap<>();
        TrainFigures.add(
                rates,
                "plain fp32, 0 groups   200.5 images/s\nscript fp32, 0 groups       222.1 images/s\nscript bf16, 0 groups    544.0 images/s\n",
                "script (fp32|bf16), 0 groups +");
        TrainFigures.add(rates, "fp32 211.0 images/s\n", "(fp32|bf16) ");
        assertThat(rates)
                .containsExactlyInAnyOrderEntriesOf(Map.of("fp32", List.of(222.1, 211.0), "bf16", List.of(544.0)));
    }
}
