package ham.export.pack;

import java.text.MessageFormat;
import java.util.Locale;
import java.util.ResourceBundle;

/** Command lines of NVIDIA's tools, as packages show them; they stand in a resource file. */
final class ServerCommands {
    private static final ResourceBundle COMMANDS =
            ResourceBundle.getBundle(ServerCommands.class.getName(), Locale.ROOT);

    private ServerCommands() {}

    /** Serves a model repository. */
    static String serve(String repository) {
        return command("serve", repository);
    }

    /** Builds the engine of a model in a repository. */
    static String build(String model) {
        return command("build", model);
    }

    /** Added to {@link #build}: shapes of a model with free dimensions, {@code name:1x3x224x224}. */
    static String shapes(String least, String usual, String most) {
        return ' ' + command("shapes", least, usual, most);
    }

    private static String command(String name, Object... values) {
        return MessageFormat.format(COMMANDS.getString(name), values);
    }
}
