package ham.serve.repository;

import ham.serve.batch.Ticket;

/**
 * A request that is under way.
 *
 * @param model what will answer it
 * @param ticket its place in the queue
 */
public record Accepted(LoadedModel model, Ticket ticket) {}
