package ham.job.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import ham.merge.io.JsonFiles;
import java.util.Optional;

/**
 * One thing that was looked for.
 *
 * @param name what, in one word: {@code nvidia-driver}
 * @param found whether it is there and fits
 * @param detail what was found, or what is missing
 * @param advice what to do; empty where nothing is to be done
 */
public record Finding(String name, boolean found, String detail, Optional<String> advice) {
    /** As records have it: {@code name}, {@code found}, {@code detail}, and {@code advice} where there is any. */
    public ObjectNode json() {
        ObjectNode json =
                JsonFiles.object().put("name", name).put("found", found).put("detail", detail);
        advice.ifPresent(sentence -> json.put("advice", sentence));
        return json;
    }

    static Finding yes(String name, String detail) {
        return new Finding(name, true, detail, Optional.empty());
    }

    static Finding no(String name, String detail, String advice) {
        return new Finding(name, false, detail, Optional.of(advice));
    }
}
