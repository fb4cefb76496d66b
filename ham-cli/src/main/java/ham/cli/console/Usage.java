package ham.cli.console;

import ham.merge.InputException;
import java.math.BigDecimal;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
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

    /** A number of any length and precision. */
    public static BigDecimal decimal(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a decimal number");
        }
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
