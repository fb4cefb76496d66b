package ham.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import ham.report.page.Page;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages in headless Chromium ({@code -Pbrowser}): no console message, no request, no text on another or outside its chart. */
@Tag("browser")
class BrowserTest {
    private static final int WIDTH = 1000;
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static Browser browser;

    @TempDir
    static Path temp;

    @BeforeAll
    static void find() {
        browser = Browser.find(temp);
    }

    static Stream<Arguments> pages() {
        return PagesTest.each();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void loadsWithoutMessagesAndRequests(String name, String page) {
        Browser.Visit visit = browser.visit(page, WIDTH);
        assertThat(visit.console()).isEmpty();
        assertThat(visit.measured().path("requests")).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void allTextHasItsOwnPlace(String name, String page) {
        for (int width : new int[] {WIDTH, 500}) {
            JsonNode measured = browser.visit(page, width).measured();
            assertThat(measured.path("texts").asInt()).isGreaterThan(10);
            assertThat(measured.path("outside")).as("outside its chart").isEmpty();
            assertThat(measured.path("overlapping")).as("on another text").isEmpty();
            assertThat(measured.path("small")).as("smaller than 11 pixels").isEmpty();
            assertThat(measured.path("wide").asInt()).as("width of the page").isLessThanOrEqualTo(width);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void isLightOrDarkAsTheReaderLikes(String name, String page) throws IOException {
        int height = Math.min(browser.visit(page, WIDTH).measured().path("high").asInt(), 9000);
        Files.createDirectories(SCREENSHOTS);
        Path light = SCREENSHOTS.resolve(name + "-light.png");
        Path dark = SCREENSHOTS.resolve(name + "-dark.png");
        browser.screenshot(page, false, WIDTH, height, light);
        browser.screenshot(page, true, WIDTH, height, dark);
        assertThat(brightness(light)).isGreaterThan(200);
        assertThat(brightness(dark)).isLessThan(70);
    }

    @Test
    void chartsOfEverySizeHavePlaceForTheirTexts() {
        JsonNode measured = browser.visit(ChartGallery.page(), WIDTH).measured();
        assertThat(measured.path("outside")).isEmpty();
        assertThat(measured.path("overlapping")).isEmpty();
    }

    /** What the other tests look for would be found. */
    @Test
    void theProbeFindsFaults() {
        String svg =
                "<svg width=\"100\" height=\"50\"><text x=\"5\" y=\"20\">one</text><text x=\"8\" y=\"22\">two</text>"
                        + "<text x=\"90\" y=\"45\">outside</text><text x=\"50\" y=\"20\" style=\"font-size:6px\">x</text></svg>";
        String page = new Page("faults", "")
                .lead(
                        "<div style=\"width:3000px\">wide</div><img src=\"http://example.invalid/x.png\"/><script>console.error('told')</script>"
                                + svg)
                .html();
        Browser.Visit visit = browser.visit(page, WIDTH);
        assertThat(visit.console()).anyMatch(line -> line.contains("told"));
        assertThat(visit.measured().path("requests")).hasSize(1);
        assertThat(visit.measured().path("outside")).hasSize(1);
        assertThat(visit.measured().path("overlapping")).hasSize(1);
        assertThat(visit.measured().path("small")).hasSize(1);
        assertThat(visit.measured().path("wide").asInt()).isGreaterThan(WIDTH);
    }

    @Test
    void aRunWithoutRecordsLoads() {
        JsonNode none = MissingNode.getInstance();
        String page =
                RunReport.of(none, none, none, none, none, Optional.empty()).html();
        assertThat(browser.visit(page, WIDTH).console()).isEmpty();
    }

    /** Mean of all colours of all pixels, 0 to 255. */
    private static double brightness(Path file) throws IOException {
        BufferedImage image = ImageIO.read(file.toFile());
        double sum = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int pixel = image.getRGB(x, y);
                sum += ((pixel >> 16) & 255) + ((pixel >> 8) & 255) + (pixel & 255);
            }
        }
        return sum / (3.0 * image.getWidth() * image.getHeight());
    }
}
