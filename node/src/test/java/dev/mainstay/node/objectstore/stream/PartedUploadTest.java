package dev.mainstay.node.objectstore.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PartedUploadTest {

    private static final int PART = 8 * 1024 * 1024;

    private final Sink sink = new Sink();
    private final PartedUpload upload = new PartedUpload("test", sink);

    @Test
    void writerWaitsForTheStoreSoThatFewPartsAreInMemory() throws Exception {
        sink.gate = new CountDownLatch(1);
        AtomicInteger written = new AtomicInteger();
        Thread writer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 6; i++) {
                    upload.write(new byte[PART]);
                    written.incrementAndGet();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        while (sink.underWay.get() < 2 || writer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        assertThat(written.get()).as("two under way, one full").isEqualTo(3);
        sink.gate.countDown();
        writer.join();
        upload.commit();

        assertThat(sink.calls).startsWith("begin").endsWith("complete 6").hasSize(8);
    }

    @Test
    void failureOfAPartEndsTheUploadAndTakesItAway() throws Exception {
        sink.failing = 2;

        ObjectStoreException failure = catchThrowableOfType(ObjectStoreException.class, () -> {
            try (upload) {
                for (int i = 0; i < 10; i++) {
                    upload.write(new byte[PART]);
                }
                upload.commit();
            }
        });

        assertThat(failure.kind()).isEqualTo(Kind.THROTTLED);
        assertThat(sink.calls).contains("abandon").doesNotContain("complete 10");
        assertThat(sink.calls.size()).as("it ends early").isLessThan(8);
    }

    @Test
    void givingUpInterruptsPartsAndWaitsForThem() throws Exception {
        sink.gate = new CountDownLatch(1);
        upload.write(new byte[2 * PART + 1]);
        assertThat(sink.gate.await(50, TimeUnit.MILLISECONDS)).isFalse();

        upload.close();

        assertThat(sink.underWay.get()).isZero();
        assertThat(sink.calls).last().isEqualTo("abandon");
        assertThatThrownBy(() -> upload.write(1)).isInstanceOf(ObjectStoreException.class);
    }

    @Test
    void smallObjectIsOneRequest() throws Exception {
        upload.write(new byte[PART]);
        upload.commit();
        upload.close();

        assertThat(sink.calls).isEqualTo(List.of("whole " + PART));
    }

    private static final class Sink implements PartSink {

        private final List<String> calls = new CopyOnWriteArrayList<>();
        private final AtomicInteger underWay = new AtomicInteger();
        private volatile CountDownLatch gate = new CountDownLatch(0);
        private volatile int failing;

        @Override
        public void whole(PartBuffer content) {
            calls.add("whole " + content.length());
        }

        @Override
        public void begin() {
            calls.add("begin");
        }

        @Override
        public void part(int number, PartBuffer content) throws IOException {
            underWay.incrementAndGet();
            try {
                gate.await();
                if (number == failing) {
                    throw new ObjectStoreException(Kind.THROTTLED, "slow down");
                }
                calls.add("part " + number);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            } finally {
                underWay.decrementAndGet();
            }
        }

        @Override
        public void complete(int parts) {
            calls.add("complete " + parts);
        }

        @Override
        public void abandon() {
            calls.add("abandon");
        }
    }
}
