package ham.common;

/** Whose fault an error is; a program that calls ham decides by it, and the command line chooses its exit code by it. */
public enum ErrorCode {
    /** What was asked for does not fit: a parameter out of its range, or parameters that exclude each other. Exit code 2. */
    USAGE,
    /** A file, folder, tensor, image or machine is not what was expected. Exit code 1. */
    INPUT,
    /** Something in ham itself went wrong: a result that a check refused. Exit code 1. */
    FAULT
}
