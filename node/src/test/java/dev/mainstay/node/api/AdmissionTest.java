package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.delete;
import static dev.mainstay.node.api.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private final SlowGate gate = new SlowGate();
    private final ServedMember member = new ServedMember(Duration.ofSeconds(1), 1 << 20, gate);
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void decisionThatMayBlockIsMadeOffTheEventLoop() {
        assertThat(stubs.kv().put(put("a", "1")).getHeader().getRevision()).isEqualTo(2);

        gate.full.set(true);

        assertThatThrownBy(() -> stubs.kv().put(put("a", "2"))).hasMessageContaining("database space exceeded");
        assertThat(stubs.kv().deleteRange(delete("a", "")).getDeleted()).isEqualTo(1);
    }

    /** The alarm was cleared through another member, which this one hears only by asking. */
    @Test
    void refusalIsThatOfTheWholeCluster() {
        gate.stale.set(true);

        assertThat(stubs.kv().put(put("a", "1")).getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void decisionThatFailsIsAnswered() {
        gate.broken.set(true);

        assertThatThrownBy(() -> stubs.kv().put(put("a", "2"))).hasMessageContaining("the disk is gone");
    }

    /** Never sure about puts. */
    private static final class SlowGate implements Admission {

        private final AtomicBoolean full = new AtomicBoolean();
        private final AtomicBoolean broken = new AtomicBoolean();
        private final AtomicBoolean stale = new AtomicBoolean();

        @Override
        public boolean admitsNow(Command command) {
            return !(command instanceof Operation.Put);
        }

        @Override
        public @Nullable ErrorCode admit(Command command) {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            if (broken.get()) {
                throw new IllegalStateException("the disk is gone");
            }
            return full.get() || stale.getAndSet(false) ? ErrorCode.NO_SPACE : null;
        }
    }
}
