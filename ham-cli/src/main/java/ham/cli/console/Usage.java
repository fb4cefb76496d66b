package ham.cli.console;

import ham.merge.InputException;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** Turns option values that a module refuses into wrong usage (exit code 2). */
public final class Usage {
    private Usage() {}

    /** The value, or wrong usage with the module's sentence. */
    public static <T> T check(CommandSpec spec, Supplier<T> value) {
        try {
            return value.get();
        } catch (InputException e) {
            throw new ParameterException(spec.commandLine(), Failures.sentence(e), e);
        }
    }

    /** Tells a command line how numbers and paths are read: numbers are finite, and no path is empty. */
    public static void register(CommandLine line) {
        line.registerConverter(BigDecimal.class, Usage::decimal);
        line.registerConverter(Double.class, Usage::number);
        line.registerConverter(double.class, Usage::number);
        line.registerConverter(Path.class, Usage::path);
    }

    private static double number(String text) {
        try {
            double number = Double.parseDouble(text);
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new TypeConversionException("'" + text + "' is not a finite number");
    }

    private static Path path(String text) {
        if (text.isBlank()) {
            throw new TypeConversionException("expected a path, found an empty text");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' is no path: " + e.getReason());
        }
    }

    /** A number of any length and precision. */
    private static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a decimal number");
        }
    }

    /**
     * Refuses options that were typed without what they belong to.
     *
     * @param there whether it is
     * @param wanted what it is, as the message names it
     */
    public static void requireWith(CommandSpec spec, boolean there, String wanted, String... options) {
        typed(spec, options).filter(option -> !there).ifPresent(option -> {
            throw new ParameterException(
                    spec.commandLine(),
                    option + ": expected " + wanted + ", found " + option + " without it; leave " + option + " out");
        });
    }

    /** The first of some options that was typed. */
    public static Optional<String> typed(CommandSpec spec, String... options) {
        ParseResult parsed = spec.commandLine().getParseResult();
        return Stream.of(options).filter(parsed::hasMatchedOption).findFirst();
    }

    /** The value that an option names, or wrong usage that lists the choices. */
    public static <T> T choose(CommandSpec spec, String option, String text, T[] values, Function<T, String> name) {
        return Stream.of(values)
                .filter(value -> name.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        option + ": expected one of "
                                + Stream.of(values).map(name).collect(Collectors.joining(", ")) + ", found '" + text
                                + "'"));
    }
}
