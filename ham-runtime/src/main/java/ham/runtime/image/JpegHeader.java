package ham.runtime.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the markers of a JPEG file say, up to its first scan; of a progressive file also how far its scans go.
 *
 * @param frame number of the frame's marker: 0xc0 baseline, 0xc2 progressive, from 0xc9 arithmetic coding; 0 if there is none
 * @param bits of a sample
 * @param components in the order of the frame
 * @param jfif whether a JFIF marker stands there
 * @param adobeTransform what Adobe's marker says of the colours: 0 none, 1 YCbCr, 2 YCCK; -1 if it is absent
 * @param orientation of EXIF or XMP, 1 to 8; 1 if it is absent
 * @param wholeScans whether the scans refine every coefficient to its last bit, which only a progressive file may leave out
 */
record JpegHeader(
        int frame,
        int bits,
        List<Component> components,
        boolean jfif,
        int adobeTransform,
        int orientation,
        boolean wholeScans) {
    private static final int START_OF_SCAN = 0xda;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int JFIF = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int ADOBE = 0xee;
    private static final int PROGRESSIVE = 0xc2;
    private static final int COEFFICIENTS = 64;

    /** A component of a frame: its number, and its sampling factors across and down. */
    record Component(int number, int across, int down) {}

    /** Reads the markers; what is cut off is as if absent. */
    static JpegHeader of(byte[] file) {
        int frame = 0;
        int bits = 8;
        List<Component> components = new ArrayList<>();
        boolean jfif = false;
        int adobe = -1;
        int orientation = 0;
        int[][] left = null;
        int at = 2;
        while (at + 4 <= file.length) {
            int marker = file[at + 1] & 0xff;
            if (file[at] != (byte) 0xff) {
                at++;
                continue;
            }
            if (marker == 0xff || marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
                at += marker == 0xff ? 1 : 2;
                continue;
            }
            if (marker == END_OF_IMAGE) {
                break;
            }
            int body = at + 4;
            int next = at + 2 + ((file[at + 2] & 0xff) << 8) + (file[at + 3] & 0xff);
            int end = Math.min(next, file.length);
            if (marker == START_OF_SCAN) {
                if (left == null) {
                    break;
                }
                refine(left, components, file, body, end);
            } else if (marker == JFIF && holds(file, body, "JFIF\0")) {
                jfif = true;
            } else if (marker == ADOBE && holds(file, body, "Adobe") && body + 12 <= file.length) {
                adobe = file[body + 11] & 0xff;
            } else if (marker == APP1 && orientation == 0 && left == null) {
                orientation = orientation(file, body, end);
            } else if (isFrame(marker) && components.isEmpty() && body + 6 <= end) {
                frame = marker;
                bits = file[body];
                for (int i = body + 6; i + 3 <= end; i += 3) {
                    components.add(new Component(file[i] & 0xff, (file[i + 1] & 0xff) >> 4, file[i + 1] & 0xf));
                }
                if (marker == PROGRESSIVE) {
                    left = new int[components.size()][COEFFICIENTS];
                    Arrays.stream(left).forEach(each -> Arrays.fill(each, Integer.MAX_VALUE));
                }
            }
            at = next;
        }
        boolean whole = left == null
                || Arrays.stream(left).allMatch(each -> Arrays.stream(each).allMatch(low -> low == 0));
        return new JpegHeader(
                frame, bits, List.copyOf(components), jfif, adobe, orientation == 0 ? 1 : orientation, whole);
    }

    /** Notes down to which bit a scan tells the coefficients of its components. */
    private static void refine(int[][] left, List<Component> components, byte[] file, int body, int end) {
        int count = body < end ? file[body] & 0xff : 0;
        int spectrum = body + 1 + 2 * count;
        if (spectrum + 3 > end) {
            return;
        }
        for (int i = 0; i < count; i++) {
            int number = file[body + 1 + 2 * i] & 0xff;
            for (int c = 0; c < components.size(); c++) {
                if (components.get(c).number() == number) {
                    int last = Math.min(file[spectrum + 1] & 0xff, COEFFICIENTS - 1);
                    for (int k = file[spectrum] & 0xff; k <= last; k++) {
                        left[c][k] = file[spectrum + 2] & 0xf;
                    }
                }
            }
        }
    }

    private static int orientation(byte[] file, int body, int end) {
        if (holds(file, body, "Exif\0\0")) {
            return Orientation.ofExif(file, body + 6, end);
        }
        return holds(file, body, "http://ns.adobe.com/xap/1.0/\0") ? Orientation.ofXmp(file, body, end) : 0;
    }

    /** Whether the samples are coded arithmetically, which only some decoders read. */
    boolean arithmetic() {
        return frame >= 0xc9;
    }

    /** Whether three components are YCbCr rather than RGB: JFIF says so, Adobe's marker says which, else their numbers. */
    boolean isYcc() {
        if (jfif) {
            return true;
        }
        if (adobeTransform >= 0) {
            return adobeTransform != 0;
        }
        List<Integer> numbers = components.stream().map(Component::number).toList();
        return !numbers.equals(List.of((int) 'R', (int) 'G', (int) 'B'));
    }

    /** Whether a component has every column and every other row, as after a turn of a picture that had every other column (4:4:0). */
    boolean halvesRows(int component) {
        Component each = components.get(component);
        int across = components.stream().mapToInt(Component::across).max().orElse(1);
        int down = components.stream().mapToInt(Component::down).max().orElse(1);
        return each.across() == across && 2 * each.down() == down;
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static boolean holds(byte[] file, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return at + bytes.length <= file.length && Arrays.equals(file, at, at + bytes.length, bytes, 0, bytes.length);
    }
}
