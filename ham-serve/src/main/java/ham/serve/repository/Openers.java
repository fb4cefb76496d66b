package ham.serve.repository;

import ham.runtime.model.Model;
import ham.runtime.model.SessionSettings;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How files become models that run.
 *
 * @param models opens a model file on whatever backend was chosen
 * @param adapters how the base graph of a folder with adapters is opened
 */
public record Openers(Function<Path, Model> models, Supplier<SessionSettings> adapters) {}
