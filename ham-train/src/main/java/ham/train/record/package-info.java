/** What a run keeps of itself, as records: {@code run.json} and {@code metrics.json}, files of older releases included. */
package ham.train.record;
