package dev.mainstay.node.observability;

import dev.mainstay.node.tls.LiveTls;
import dev.mainstay.node.tls.TlsInUse;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What certificates and authorities a member uses now, and what came of replacing them. Which ones they are stands in
 * labels, so that these series come and go: {@link #refresh} brings them up to date before a scrape.
 */
public final class TlsGauges {

    private final MeterRegistry registry;
    private final MultiGauge certificates;
    private final MultiGauge bundles;
    private final Map<String, LiveTls> endpoints = new LinkedHashMap<>();
    private Map<String, TlsInUse> shown = Map.of();

    /** Adds to this registry. */
    public TlsGauges(MeterRegistry registry) {
        this.registry = registry;
        certificates = MultiGauge.builder("mainstay_tls_certificate_expiry_timestamp_seconds")
                .description("When the certificate with this serial number, which this member uses now, expires, in"
                        + " seconds since 1970.")
                .register(registry);
        bundles = MultiGauge.builder("mainstay_tls_trusted_bundle")
                .description("1 for the file with authorities that this member uses now, by its SHA-256.")
                .register(registry);
    }

    /**
     * Adds the connections of one kind. Before the first scrape.
     *
     * @param endpoint whom they are with, {@code peer} or {@code client}
     */
    public void bind(String endpoint, LiveTls tls) {
        endpoints.put(endpoint, tls);
        String prefix = "mainstay_" + endpoint;
        Gauge.builder(prefix + "_certificate_expiry_timestamp_seconds", tls, live -> seconds(live.expiry()))
                .description("When the first certificate that this member shows to its " + endpoint
                        + "s expires, in seconds since 1970.")
                .register(registry);
        counter(
                prefix + "_tls_reloads_total",
                "How often changed certificates, keys or authorities for " + endpoint
                        + "s were taken from their files.",
                tls,
                LiveTls::reloads);
        counter(
                prefix + "_tls_reload_failures_total",
                "How often changed files for " + endpoint
                        + "s could not be used, so that what was there before stayed in use.",
                tls,
                LiveTls::failures);
        counter(
                prefix + "_tls_failures_total",
                "TLS connections with " + endpoint + "s that failed, most often since a certificate was refused.",
                tls,
                live -> live.refusals().count());
    }

    /** Looks at what is in use now. Any thread. */
    public synchronized void refresh() {
        Map<String, TlsInUse> inUse = new LinkedHashMap<>();
        endpoints.forEach((endpoint, tls) -> inUse.put(endpoint, tls.inUse()));
        if (!inUse.equals(shown)) {
            shown = inUse;
            show(inUse);
        }
    }

    private void show(Map<String, TlsInUse> inUse) {
        List<Row<?>> leaves = new ArrayList<>();
        List<Row<?>> files = new ArrayList<>();
        inUse.forEach((endpoint, now) -> {
            leaves.add(leaf(endpoint, "serving", now.serving()));
            if (!now.calling().equals(now.serving())) {
                leaves.add(leaf(endpoint, "calling", now.calling()));
            }
            now.bundle().ifPresent(sha -> files.add(Row.of(Tags.of("endpoint", endpoint, "sha256", sha), 1)));
        });
        certificates.register(leaves, true);
        bundles.register(files, true);
    }

    private static Row<?> leaf(String endpoint, String use, TlsInUse.Leaf leaf) {
        return Row.of(Tags.of("endpoint", endpoint, "use", use, "serial", leaf.serial()), seconds(leaf.expiry()));
    }

    private static double seconds(Instant instant) {
        return instant.getEpochSecond();
    }

    private void counter(String name, String help, LiveTls tls, ToDoubleFunction<LiveTls> count) {
        FunctionCounter.builder(name, tls, count).description(help).register(registry);
    }
}
