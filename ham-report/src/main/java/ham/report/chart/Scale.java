package ham.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Places the values of an axis between 0 and 1, with marks at round numbers. */
final class Scale {
    private final boolean logarithmic;
    private final double low;
    private final double high;
    private final List<Tick> ticks;

    private Scale(boolean logarithmic, double low, double high, List<Tick> ticks) {
        this.logarithmic = logarithmic;
        this.low = logarithmic ? Math.log(low) : low;
        this.high = logarithmic ? Math.log(high) : high;
        this.ticks = List.copyOf(ticks);
    }

    /**
     * @param values all that must have a place; those that the axis cannot show are left out
     * @param wanted about how many marks
     */
    static Scale of(Axis axis, DoubleStream values, int wanted) {
        double[] finite = values.filter(axis::shows).toArray();
        double least = DoubleStream.of(finite).min().orElse(axis.form() == Axis.Form.LOGARITHMIC ? 1 : 0);
        double most = DoubleStream.of(finite).max().orElse(1);
        return switch (axis.form()) {
            case LOGARITHMIC -> logarithmic(least, most, wanted, axis.unit());
            case FROM_ZERO -> even(Math.min(0, least), Math.max(0, most), wanted, axis.unit());
            case FITTED -> even(least, most, wanted, axis.unit());
            case COUNT -> counts(least, most, wanted);
        };
    }

    private static Scale even(double least, double most, int wanted, Unit unit) {
        double low = least;
        double high = most;
        if (most - least <= 1e-9 * Math.max(Math.abs(least), Math.abs(most))) {
            double margin = most == 0 ? 1 : 0.05 * Math.abs(most);
            low = least == 0 ? 0 : least - margin;
            high = most + margin;
        }
        double factor = unit.factor();
        double step = step((high - low) * factor / wanted);
        long first = (long) Math.floor(low * factor / step + 1e-6);
        long last = (long) Math.ceil(high * factor / step - 1e-6);
        int decimals = Math.max(0, -(int) Math.floor(Math.log10(step) + 1e-9));
        boolean plain = decimals <= 6 && Math.max(Math.abs(first), Math.abs(last)) * step < 1e7;
        List<Tick> ticks = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            String label = plain ? String.format(Locale.ROOT, "%." + decimals + "f", i * step) : scientific(i, step);
            ticks.add(new Tick(i * step / factor, label));
        }
        return new Scale(false, first * step / factor, last * step / factor, ticks);
    }

    /** A multiple of a step with just the digits that tell it from its neighbours. */
    private static String scientific(long multiple, double step) {
        return new BigDecimal(multiple)
                .multiply(new BigDecimal(step).round(new MathContext(1)))
                .stripTrailingZeros()
                .toString()
                .replace("E+", "e")
                .replace("E", "e");
    }

    /** Marks at the first value and at multiples of the step; the axis ends where the values do. */
    private static Scale counts(double least, double most, int wanted) {
        double first = Math.floor(least);
        double last = Math.ceil(most);
        double step = Math.max(1, Math.rint(step((last - first) / wanted)));
        List<Tick> ticks = new ArrayList<>(List.of(whole(first)));
        for (double at = (Math.floor(first / step) + 1) * step; at <= last; at += step) {
            if (at - first >= 0.6 * step || step == 1) {
                ticks.add(whole(at));
            }
        }
        double margin = first == last ? 0.5 : 0;
        return new Scale(false, first - margin, last + margin, ticks);
    }

    private static Tick whole(double value) {
        return new Tick(value, String.format(Locale.ROOT, "%.0f", value + 0.0));
    }

    /** The smallest of 1, 2 and 5 times a power of ten that is at least the size. */
    private static double step(double size) {
        double power = size > 0 ? Math.pow(10, Math.floor(Math.log10(size))) : 1;
        for (double each : new double[] {1, 2, 5}) {
            if (size <= each * power * (1 + 1e-9)) {
                return each * power;
            }
        }
        return 10 * power;
    }

    private static Scale logarithmic(double least, double most, int wanted, Unit unit) {
        double low = least * unit.factor();
        double high = Math.max(most * unit.factor(), low * 1.5);
        for (double[] mantissas : new double[][] {{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}, {1, 2, 3, 5}, {1, 3}, {1}}) {
            List<Double> marks = between(low, high, mantissas);
            if (marks.size() <= wanted + 1 || mantissas.length == 1) {
                List<Tick> ticks = marks.stream()
                        .map(mark -> new Tick(mark / unit.factor(), Unit.number(mark)))
                        .toList();
                return new Scale(
                        true, marks.get(0) / unit.factor(), marks.get(marks.size() - 1) / unit.factor(), ticks);
            }
        }
        throw new AssertionError("powers of ten are always taken");
    }

    /** Marks from the last that is at most low to the first that is at least high. */
    private static List<Double> between(double low, double high, double... mantissas) {
        List<Double> marks = new ArrayList<>();
        int power = (int) Math.floor(Math.log10(low)) - 1;
        while (marks.isEmpty() || marks.get(marks.size() - 1) < high * (1 - 1e-9)) {
            for (double mantissa : mantissas) {
                double mark = Double.parseDouble(mantissa + "e" + power);
                if (mark <= low * (1 + 1e-9)) {
                    marks.clear();
                }
                if (marks.isEmpty() || marks.get(marks.size() - 1) < high * (1 - 1e-9)) {
                    marks.add(mark);
                }
            }
            power++;
        }
        return marks;
    }

    /** Where a value stands, 0 at the axis' beginning, 1 at its end. */
    double at(double value) {
        return ((logarithmic ? Math.log(value) : value) - low) / (high - low);
    }

    List<Tick> ticks() {
        return ticks;
    }
}
