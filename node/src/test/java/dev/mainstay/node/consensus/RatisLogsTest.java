package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.ratis.thirdparty.io.grpc.ConnectivityState;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.InsecureChannelCredentials;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.junit.jupiter.api.Test;

class RatisLogsTest {

    private static final Logger CHANNELS =
            Logger.getLogger("org.apache.ratis.thirdparty.io.grpc.internal.ManagedChannelImpl");

    private final List<String> told = new CopyOnWriteArrayList<>();

    @Test
    void nameWithoutAnAddressFillsNoLog() throws Exception {
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                told.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Level before = CHANNELS.getLevel();
        CHANNELS.addHandler(handler);
        try {
            CHANNELS.setLevel(Level.WARNING);
            lookForNobody();
            assertThat(told).as("what would be told several times a second").isNotEmpty();

            told.clear();
            CHANNELS.setLevel(null);
            RatisLogs.quieten();
            lookForNobody();
            assertThat(told).isEmpty();
        } finally {
            CHANNELS.removeHandler(handler);
            CHANNELS.setLevel(before);
        }
    }

    private static void lookForNobody() throws InterruptedException {
        ManagedChannel channel = Grpc.newChannelBuilder("nobody.invalid:2380", InsecureChannelCredentials.create())
                .build();
        try {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (channel.getState(true) != ConnectivityState.TRANSIENT_FAILURE) {
                assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } finally {
            channel.shutdownNow();
        }
    }
}
