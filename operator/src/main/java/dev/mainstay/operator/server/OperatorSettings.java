package dev.mainstay.operator.server;

import dev.mainstay.operator.tracing.TraceSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Settings of the process, read once. Each is a flag, {@code --node-image=...}, or a variable, {@code MAINSTAY_NODE_IMAGE}; the flag wins.
 *
 * @param nodeImage repository of the node's image, without tag
 * @param nodeVersion tag of the node's image, where no cluster says which version it runs
 * @param namespaces namespaces to watch; empty = all
 * @param leaderElectionNamespace namespace of the lease that replicas compete for; empty = no competition
 * @param port port of metrics and health
 * @param traces where traces go
 */
record OperatorSettings(
        String nodeImage,
        String nodeVersion,
        Set<String> namespaces,
        String leaderElectionNamespace,
        int port,
        TraceSettings traces) {

    static OperatorSettings read(List<String> arguments, Map<String, String> environment) {
        String namespaces = value("watch-namespaces", arguments, environment, "");
        return new OperatorSettings(
                value("node-image", arguments, environment, "mainstay/node"),
                value("node-version", arguments, environment, OwnVersion.read()),
                namespaces.isEmpty() ? Set.of() : new TreeSet<>(List.of(namespaces.split(",", -1))),
                value("leader-election-namespace", arguments, environment, ""),
                Integer.parseInt(value("port", arguments, environment, "8080")),
                traces(arguments, environment));
    }

    /** Without settings of its own, those that OpenTelemetry's specification has for all programs. */
    private static TraceSettings traces(List<String> arguments, Map<String, String> environment) {
        String usual = environment.getOrDefault(
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", ""));
        String endpoint = value("tracing-endpoint", arguments, environment, usual);
        if (!endpoint.isEmpty() && !endpoint.matches("https?://[^/]+/?")) {
            throw new IllegalArgumentException("tracing-endpoint is '" + endpoint
                    + "': write the address of a collector of OTLP over gRPC, as in http://collector:4317");
        }
        return new TraceSettings(
                endpoint,
                environment.getOrDefault("OTEL_SERVICE_NAME", "mainstay-operator"),
                environment.getOrDefault("HOSTNAME", ""),
                OwnVersion.read());
    }

    private static String value(String name, List<String> arguments, Map<String, String> environment, String fallback) {
        String prefix = "--" + name + "=";
        String variable = "MAINSTAY_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
        return arguments.stream()
                .filter(argument -> argument.startsWith(prefix))
                .map(argument -> argument.substring(prefix.length()))
                .findFirst()
                .orElse(environment.getOrDefault(variable, fallback));
    }
}
