package ham.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The colours, by the formulas of WCAG 2.2 (contrast) and of Viénot, Brettel and Mollon 1999 (colour blindness). */
class ChartStyleTest {
    private static final Pattern VARIABLE = Pattern.compile("--(\\w+):#([0-9a-f]+)");

    /** Linear red, green and blue of every variable of a mode. */
    private static Map<String, double[]> colours(boolean dark) {
        int start = ChartStyle.CSS.indexOf("@media");
        String part = dark ? ChartStyle.CSS.substring(start) : ChartStyle.CSS.substring(0, start);
        Map<String, double[]> colours = new TreeMap<>();
        for (Matcher variable = VARIABLE.matcher(part); variable.find(); ) {
            String hex = variable.group(2);
            int digits = hex.length() / 3;
            double[] colour = new double[3];
            for (int i = 0; i < 3; i++) {
                String each = hex.substring(i * digits, (i + 1) * digits);
                double value = Integer.parseInt(digits == 1 ? each + each : each, 16) / 255.0;
                colour[i] = value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
            }
            colours.put(variable.group(1), colour);
        }
        return colours;
    }

    private static double luminance(double... colour) {
        return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2];
    }

    private static double contrast(double[] one, double[] other) {
        double a = luminance(one) + 0.05;
        double b = luminance(other) + 0.05;
        return Math.max(a, b) / Math.min(a, b);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void textAndLinesStandOutFromTheGround(boolean dark) {
        Map<String, double[]> colours = colours(dark);
        for (String ground : List.of("bg", "card")) {
            for (String text : List.of("fg", "muted")) {
                assertThat(contrast(colours.get(text), colours.get(ground)))
                        .as(text)
                        .isGreaterThan(4.5);
            }
        }
        for (int i = 0; i < ChartStyle.COLOURS; i++) {
            assertThat(contrast(colours.get("k" + i), colours.get("bg")))
                    .as("k" + i)
                    .isGreaterThan(3);
        }
        assertThat(contrast(colours.get("k0"), colours.get("bg"))).as("links").isGreaterThan(4.5);
    }

    /** Numbers stand in cells of at most 0.64 of the colour over the ground. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void numbersCanBeReadInTheFullestShade(boolean dark) {
        Map<String, double[]> colours = colours(dark);
        for (String shade : List.of("up", "down")) {
            double[] cell = new double[3];
            for (int i = 0; i < 3; i++) {
                double mixed = 0.64 * gamma(colours.get(shade)[i]) + 0.36 * gamma(colours.get("bg")[i]);
                cell[i] = mixed <= 0.04045 ? mixed / 12.92 : Math.pow((mixed + 0.055) / 1.055, 2.4);
            }
            assertThat(contrast(colours.get("fg"), cell)).as(shade).isGreaterThan(4.5);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void seriesDifferForReadersWhoSeeNoRedOrNoGreen(boolean dark) {
        Map<String, double[]> colours = colours(dark);
        for (double[] eye :
                List.of(new double[] {0.11238, 0.88762, 0.00401}, new double[] {0.29275, 0.70725, -0.02234})) {
            List<double[]> seen = new ArrayList<>();
            for (int i = 0; i < ChartStyle.COLOURS; i++) {
                double[] colour = colours.get("k" + i);
                double yellow = eye[0] * colour[0] + eye[1] * colour[1];
                double blue = eye[2] * (colour[0] - colour[1]) + colour[2];
                seen.add(lab(yellow, yellow, blue));
            }
            for (int i = 0; i < seen.size(); i++) {
                for (int j = 0; j < i; j++) {
                    assertThat(distance(seen.get(i), seen.get(j)))
                            .as("k%d and k%d", j, i)
                            .isGreaterThan(10);
                }
            }
        }
    }

    private static double gamma(double linear) {
        return linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.pow(linear, 1 / 2.4) - 0.055;
    }

    /** CIE L*a*b* under D65. */
    private static double[] lab(double red, double green, double blue) {
        double x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
        double y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        double z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }

    private static double curve(double t) {
        return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16.0 / 116;
    }

    private static double distance(double[] one, double[] other) {
        return Math.hypot(Math.hypot(one[0] - other[0], one[1] - other[1]), one[2] - other[2]);
    }
}
