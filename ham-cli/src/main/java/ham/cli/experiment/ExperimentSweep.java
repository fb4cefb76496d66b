package ham.cli.experiment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.cli.spark.SparkProcess;
import ham.merge.InputException;
import ham.merge.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The runs of an experiment as tasks of Apache Spark: each is a process of ham that does one run, by the same command as here.
 *
 * @param master where
 * @param out the experiment's folder
 * @param command what was typed, without where it is done
 */
record ExperimentSweep(String master, Path out, List<String> command) {
    /** Does the runs; gives the exit code of Spark. */
    int run(List<List<String>> waves) {
        Path logs = out.resolve("logs");
        try {
            Files.createDirectories(logs);
            // The mark of an experiment's folder.
            Files.createDirectories(out.resolve("runs"));
        } catch (IOException e) {
            throw InputException.unwritable(logs, e);
        }
        ObjectNode request = JsonFiles.object().put("master", master);
        request.put("folder", Path.of("").toAbsolutePath().toString());
        ArrayNode all = request.putArray("waves");
        for (List<String> wave : waves) {
            ArrayNode programs = all.addArray();
            for (String run : wave) {
                ObjectNode program = programs.addObject().put("name", run);
                ArrayNode arguments = program.putArray("command");
                arguments.add(Path.of(System.getProperty("ham.home", "."), "ham")
                        .toAbsolutePath()
                        .toString());
                command.subList(1, command.size()).forEach(arguments::add);
                arguments.add(ExperimentOptions.ONLY).add(run);
                program.put("log", logs.resolve(run + ".log").toString());
            }
        }
        return SparkProcess.run("sweep", request);
    }
}
