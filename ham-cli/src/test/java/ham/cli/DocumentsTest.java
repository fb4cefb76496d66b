package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents promise of themselves: links that lead somewhere, examples that are those of the package pages, and no word of the laboratory. */
class DocumentsTest {
    private static final Path HOME = Cli.testdata("..").normalize();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern EXAMPLE = Pattern.compile("(?s)<pre>\\{@code\n(.*?)\n \\* }</pre>");

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(
                List.of(HOME.resolve("README.md"), HOME.resolve("CHANGELOG.md"), HOME.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
            docs.filter(each -> each.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages;
    }

    /** The anchor that GitHub gives a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\d _-]", "")
                .replace(' ', '-');
    }

    @Test
    void linksLeadToFilesAndHeadings() throws IOException {
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                assertThat(target).as("a link of %s", page).exists();
                if (link.group(2) != null) {
                    assertThat(HEADING.matcher(Files.readString(target))
                                    .results()
                                    .map(each -> anchor(each.group(1))))
                            .as("headings that %s links to in %s", page, target)
                            .contains(link.group(2));
                }
            }
        }
    }

    @Test
    void examplesAreThoseOfThePackagePages() throws IOException {
        String library = Files.readString(HOME.resolve("docs/library.md"));
        for (String module : List.of("merge", "train", "export", "job", "bench")) {
            Path page = HOME.resolve("ham-" + module + "/src/main/java/ham/" + module + "/package-info.java");
            Matcher example = EXAMPLE.matcher(Files.readString(page));
            assertThat(example.find()).as("an example in %s", page).isTrue();
            assertThat(library)
                    .contains(example.group(1)
                            .lines()
                            .map(line -> line.replaceFirst("^ \\* ?", ""))
                            .collect(Collectors.joining("\n")));
        }
        Matcher serving =
                Pattern.compile("(?s)```java\n(.*?)```").matcher(Files.readString(HOME.resolve("docs/runtime.md")));
        assertThat(serving.find()).isTrue();
        assertThat(library).contains(serving.group(1));
    }

    /** A document is for people who use ham, not for those who were told to write it. */
    @Test
    void noDocumentSpeaksOfItsTask() throws IOException {
        for (Path page : pages()) {
            assertThat(Files.readString(page))
                    .as(page.toString())
                    .doesNotContain("METHOD.md", "CONTRACT.md", "../shared", "/work/", "/root/", " prize", "(asked");
        }
    }
}
