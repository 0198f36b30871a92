package dev.mainstay.node.observability.tracing;

import java.util.Optional;

/**
 * What is traced, and where traces go.
 *
 * @param address of the collector, {@code host:port}; OTLP over gRPC without TLS
 * @param serviceName who the spans say they are from
 * @param instanceId which of them
 * @param samplesPerMillion how many of a million calls are traced whose client doesn't say; 0 to 1,000,000
 */
public record TraceSettings(String address, String serviceName, Optional<String> instanceId, int samplesPerMillion) {}
