package dev.mainstay.operator.tracing;

/**
 * Where traces go.
 *
 * @param endpoint of the collector, OTLP over gRPC: {@code http://host:port}, or {@code https://} with authorities that Java trusts; empty for
 *     nowhere
 * @param service who the spans say they are from
 * @param instance which of its replicas; empty if unknown
 * @param version of this program
 */
public record TraceSettings(String endpoint, String service, String instance, String version) {}
