package ham.common;

/** ham's own version. */
public final class Version {
    private Version() {}

    /** As the build wrote it into the jar's manifest; {@code development} when run from classes. */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
