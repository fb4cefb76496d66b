package ham.bench.strategy;

/**
 * What a strategy takes in a process that does nothing else.
 *
 * @param residentMb resident memory after one request a task, in 10^6 bytes
 * @param residentFileMb how much of it are pages of files, in 10^6 bytes; NaN where the operating system does not tell
 * @param loadMs time to open what the strategy keeps open, in ms
 * @param firstAnswerMs time to open that and to answer the first request, in ms
 */
public record Footprint(double residentMb, double residentFileMb, double loadMs, double firstAnswerMs) {}
