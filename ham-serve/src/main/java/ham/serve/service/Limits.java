package ham.serve.service;

import ham.serve.protocol.ServeException;
import java.time.Duration;

/**
 * What clients may take.
 *
 * @param body most bytes of a request's body
 * @param underWay most bytes of all bodies that are read or wait, so that many large requests at once do not fill the heap
 * @param receive how long a request may take to arrive
 * @param idle how long a connection may lie still
 * @param connections most connections of REST at once
 * @param pixels most pixels of an image
 */
public record Limits(long body, long underWay, Duration receive, Duration idle, int connections, long pixels) {
    /** 64 MiB a body, a quarter of the heap in all, ten seconds to arrive, a minute idle, 1024 connections, 50 megapixels. */
    public static final Limits DEFAULT = new Limits(
            64L << 20,
            Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            1024,
            50_000_000);

    /**
     * Checks the values.
     *
     * @throws ServeException if one is not allowed
     */
    public Limits {
        if (body < 1 || body > 1L << 30) {
            throw ServeException.parameter("max-body", "expected 1 byte to 1 GiB, found " + body + " bytes");
        }
        if (receive.isNegative() || receive.isZero()) {
            throw ServeException.parameter("receive-timeout", "expected more than 0, found " + receive.toSeconds());
        }
        if (idle.isNegative() || idle.isZero()) {
            throw ServeException.parameter("idle-timeout", "expected more than 0, found " + idle.toSeconds());
        }
        if (connections < 1) {
            throw ServeException.parameter("max-connections", "expected at least 1, found " + connections);
        }
        underWay = Math.max(underWay, body);
    }
}
