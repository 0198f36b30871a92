package dev.mainstay.operator.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Settings of the process, from flags and variables. */
class OperatorSettingsTest {

    @Test
    void tracesGoNowhereUnlessSomebodySaysWhere() {
        assertThat(traces(List.of(), Map.of())).isEmpty();
        assertThat(OperatorSettings.read(List.of(), Map.of()).port()).isEqualTo(8080);
    }

    @Test
    void flagBeatsOwnVariableBeatsThoseOfOpenTelemetry() {
        Map<String, String> usual = Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4317",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4317",
                "OTEL_SERVICE_NAME", "ops");
        assertThat(traces(List.of(), usual)).isEqualTo("http://traces:4317");
        assertThat(traces(List.of(), Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "https://all:4317")))
                .isEqualTo("https://all:4317");
        assertThat(OperatorSettings.read(List.of(), usual).traces().service()).isEqualTo("ops");

        Map<String, String> both = Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4317", "MAINSTAY_TRACING_ENDPOINT", "http://own:4317");
        assertThat(traces(List.of(), both)).isEqualTo("http://own:4317");
        assertThat(traces(List.of("--tracing-endpoint=http://flag:4317"), both)).isEqualTo("http://flag:4317");
        assertThat(traces(List.of("--tracing-endpoint="), both))
                .as("switched off")
                .isEmpty();
    }

    @Test
    void addressWithoutASchemeIsRefused() {
        assertThatThrownBy(() -> traces(List.of("--tracing-endpoint=collector:4317"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http://collector:4317");
    }

    private static String traces(List<String> arguments, Map<String, String> environment) {
        return OperatorSettings.read(arguments, environment).traces().endpoint();
    }
}
