package dev.mainstay.node.observability.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SpanQueueTest {

    private static final int ROOM = 8;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CompletableResultCode answer = new CompletableResultCode();

    /** A collector that takes its time. */
    private final SpanExporter collector = new SpanExporter() {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            asked.countDown();
            return answer;
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    };

    @Test
    void whatFindsNoRoomIsCountedAndNobodyWaits() throws Exception {
        SpanQueue queue = new SpanQueue(collector, "collector:4317", ROOM);
        SdkTracerProvider provider =
                SdkTracerProvider.builder().addSpanProcessor(queue).build();
        try {
            Tracer tracer = provider.get("test");
            end(tracer, ROOM);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(queue.waiting()).isZero();
            assertThat(queue.crowdedOut()).isZero();

            end(tracer, ROOM + 5);

            assertThat(queue.waiting()).isEqualTo(ROOM);
            assertThat(queue.crowdedOut()).isEqualTo(5);
            answer.succeed();
            assertThat(provider.shutdown().join(10, TimeUnit.SECONDS).isSuccess())
                    .isTrue();
            assertThat(queue.sent()).isEqualTo(2L * ROOM);
            assertThat(queue.unsent()).isZero();
        } finally {
            provider.close();
        }
    }

    private static void end(Tracer tracer, int spans) {
        for (int i = 0; i < spans; i++) {
            tracer.spanBuilder("span").startSpan().end();
        }
    }
}
