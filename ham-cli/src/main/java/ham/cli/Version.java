package ham.cli;

/** ham's own version. */
final class Version {
    private Version() {}

    /** As the build wrote it into the jar's manifest; {@code development} when run from classes. */
    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
