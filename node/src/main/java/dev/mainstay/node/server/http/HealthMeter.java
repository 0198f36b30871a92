package dev.mainstay.node.server.http;

/** Counts what the health endpoints answer. Event loops. */
public interface HealthMeter {

    /** Counts nothing. */
    HealthMeter NONE = new HealthMeter() {};

    /** One answer of {@code /health}. */
    default void healthAnswered(boolean healthy) {}

    /**
     * One check of {@code /livez} or {@code /readyz}.
     *
     * @param type {@code livez} or {@code readyz}
     */
    default void checked(String type, String name, boolean ok) {}
}
