package ham.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A library names a parameter ({@code keep}) and never an option ({@code --keep}): only the command line, and the small one in the edge jar, have
 * options. All texts that the compiled classes hold are looked through.
 */
class ParameterNamesTest {
    /** Not a style sheet's {@code var(--name)} or {@code --name:value}; the mark 1 is where a compiled concatenation puts a value. */
    private static final Pattern OPTION =
            Pattern.compile("(?<!var\\(|[\\w-])--([a-z][A-Za-z0-9-]*(?![A-Za-z0-9-]|:[^ ])|\u0001)");

    /** Options of other people's programs, which packages explain. */
    private static final Pattern FOREIGN = Pattern.compile("curl |tritonserver|trtexec|--(min|opt|max)Shapes=");

    /** {@code ham.bench.figures} starts command lines as processes, to measure them. */
    private static final Set<String> COMMAND_LINES = Set.of("ham.cli", "ham.runtime.app", "ham.bench.figures");

    @Test
    void onlyCommandLinesNameOptions() throws IOException {
        Set<String> offenders = new TreeSet<>();
        for (JavaClass each : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("ham")) {
            if (COMMAND_LINES.stream().noneMatch(root -> (each.getPackageName() + ".").startsWith(root + "."))) {
                for (String text : texts(each)) {
                    if (OPTION.matcher(text).find() && !FOREIGN.matcher(text).find()) {
                        offenders.add(each.getName() + ": " + text);
                    }
                }
            }
        }
        assertThat(offenders).isEmpty();
    }

    private static List<String> texts(JavaClass each) throws IOException {
        try (InputStream in = each.getSource().orElseThrow().getUri().toURL().openStream()) {
            return texts(in.readAllBytes());
        }
    }

    /** The texts among the constants of a class file (JVM specification, 4.4): tag 8 points to the characters, tag 1. */
    private static List<String> texts(byte[] classFile) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        in.skipNBytes(8);
        int count = in.readUnsignedShort();
        String[] characters = new String[count];
        List<Integer> texts = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case 1 -> characters[i] = in.readUTF();
                case 8 -> texts.add(in.readUnsignedShort());
                case 7, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    i++; // takes two places
                }
                default -> throw new IOException("expected a constant, found tag " + tag);
            }
        }
        return texts.stream().map(index -> characters[index]).toList();
    }
}
