package ham.runtime.image;

import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/** Catches the warning with which the JDK's decoders fill up the missing part of a truncated image with grey. */
final class TruncationListener implements IIOReadWarningListener {
    private String warning;

    @Override
    public void warningOccurred(ImageReader source, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("premature end") || lower.contains("truncated")) {
            warning = text;
        }
    }

    Optional<String> seen() {
        return Optional.ofNullable(warning);
    }
}
