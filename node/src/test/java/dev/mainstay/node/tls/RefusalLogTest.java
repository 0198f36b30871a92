package dev.mainstay.node.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {

    private final AtomicLong nanos = new AtomicLong();
    private final RefusalLog log = new RefusalLog("client", nanos::get);
    private final List<String> lines = new ArrayList<>();
    private final Logger logger = Logger.getLogger(RefusalLog.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage());
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void unlisten() {
        logger.removeHandler(handler);
    }

    @Test
    void sameReasonIsLoggedOnceAMinuteAndAlwaysCounted() {
        for (int i = 0; i < 100; i++) {
            log.refused("10.0.0.1", "why");
        }
        log.refused("10.0.0.2", "why");
        assertThat(lines)
                .containsExactly("no client connection with 10.0.0.1: why", "no client connection with 10.0.0.2: why");

        nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
        log.refused("10.0.0.1", "why");

        assertThat(lines).hasSize(3);
        assertThat(log.count()).isEqualTo(102);
    }

    @Test
    void whoeverMakesUpReasonsGetsFewLines() {
        for (int i = 0; i < 100; i++) {
            log.refused("10.0.0.1", "certificate " + i);
        }
        log.refused("10.0.0.2", "why");

        assertThat(lines).hasSize(5).last().isEqualTo("no client connection with 10.0.0.2: why");
    }

    @Test
    void othersWordsStayOneLineOfBoundedLength() {
        log.refused("10.0.0.1", "of CN=a\nb" + "x".repeat(10_000));

        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line)
                    .startsWith("no client connection with 10.0.0.1: of CN=a bxx")
                    .doesNotContain("\n");
            assertThat(line.length()).isLessThan(600);
        });
    }
}
