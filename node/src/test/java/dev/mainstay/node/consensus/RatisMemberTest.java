package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class RatisMemberTest {

    private static final RaftSettings.LogSizes SMALL_LOG = new RaftSettings.LogSizes(16 << 10, 8 << 10, 100, 64 << 10);

    @TempDir
    private Path directory;

    @Test
    void aLoneMemberLeadsAtOnce() throws Exception {
        TestMember.open(directory.resolve("warm")).close();
        Duration fastest = Duration.ofDays(1);
        for (int i = 0; i < 5; i++) {
            long started = System.nanoTime();
            try (var member = TestMember.open(directory.resolve("measured" + i))) {
                assertThat(member.put("a", "1").get()).isEqualTo(new Outcome.PutDone(1, null));
                Duration took = Duration.ofNanos(System.nanoTime() - started);
                fastest = took.compareTo(fastest) < 0 ? took : fastest;

                assertThat(member.raft.isLeader()).isTrue();
                assertThat(member.raft.term()).isPositive();
                assertThat(member.raft.appliedIndex()).isPositive();
                assertThat(member.raft.await()).isCompletedWithValue(Optional.empty());
                assertThat(member.leadership).containsExactly("leader");
            }
        }
        assertThat(fastest).as("no election was waited for").isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void acknowledgedPutsSurviveACloseAndACrash() throws Exception {
        Path crashed = directory.resolve("crashed");
        Path live = directory.resolve("live");
        try (var member = TestMember.open(live)) {
            all(puts(member, 1_000));
            TestMember.copy(live, crashed);
        }

        try (var reopened = TestMember.open(live);
                var recovered = TestMember.open(crashed)) {
            assertThat(reopened.put("more", "1").get()).isEqualTo(new Outcome.PutDone(1_001, null));
            assertThat(recovered.put("more", "1").get()).isEqualTo(new Outcome.PutDone(1_001, null));
            assertThat(reopened.state.batches())
                    .as("nothing to replay after a close")
                    .isEqualTo(1);
            assertThat(recovered.state.map()).hasSize(1_001);
            assertThat(recovered.fatal).isEmpty();
        }
    }

    @Test
    void concurrentProposalsShareLogEntries() throws Exception {
        try (var member = TestMember.open(directory)) {
            var held = new CountDownLatch(1);
            member.state.onApply(() -> hold(held));
            List<CompletableFuture<Outcome>> answers = puts(member, 2_000);
            member.state.onApply(() -> {});
            held.countDown();
            all(answers);

            assertThat(member.state.batches()).isLessThan(50);
        }
    }

    @Test
    void aFullQueueRefusesAtOnce() throws Exception {
        try (var member = TestMember.open(
                directory, settings -> settings.with(new RaftSettings.Batching(4_096, 4_096, 4, 8_192, 10)))) {
            var held = new CountDownLatch(1);
            member.state.onApply(() -> hold(held));
            List<CompletableFuture<Outcome>> answers = puts(member, 100);

            assertThat(answers.getLast()).isCompletedWithValue(new Outcome.Refused(ErrorCode.TOO_MANY_REQUESTS));
            member.state.onApply(() -> {});
            held.countDown();
            all(answers);
            assertThat(member.put("later", "1").get()).isInstanceOf(Outcome.PutDone.class);
        }
    }

    @Test
    void aCommandThatFitsNoLogEntryIsRefused() throws Exception {
        try (var member = TestMember.open(directory)) {
            int most = member.settings.batching().maxCommandBytes();

            assertThat(value(member, most)).isEqualTo(new Outcome.Refused(ErrorCode.REQUEST_TOO_LARGE));
            assertThat(value(member, most - 100)).isInstanceOf(Outcome.PutDone.class);
        }
    }

    @Test
    void aProposalIsAnsweredInTimeWhateverTheStateDoes() throws Exception {
        try (var member =
                TestMember.open(directory, settings -> settings.with(new RaftSettings.Timeouts(100, 1_000, 500)))) {
            var held = new CountDownLatch(1);
            member.state.onApply(() -> hold(held));
            List<CompletableFuture<Outcome>> answers = puts(member, 10);

            for (CompletableFuture<Outcome> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo(new Outcome.Refused(ErrorCode.TIMEOUT));
            }
            member.state.onApply(() -> {});
            held.countDown();
            await(() -> member.put("later", "1").join() instanceof Outcome.PutDone);
        }
    }

    @Test
    void theLogIsDroppedBehindWhatIsDurable() throws Exception {
        try (var member = TestMember.open(directory, settings -> settings.with(SMALL_LOG))) {
            for (int i = 0; i < 400; i++) {
                member.put("k" + i % 10, "value".repeat(20)).get();
            }
            await(() -> member.raft.logBytes() < 128 << 10);
            assertThat(member.state.durable().index()).isGreaterThan(150);
            await(() -> firstSegment(member) > 1);
        }
        try (var member = TestMember.open(directory)) {
            assertThat(member.put("more", "1").get()).isEqualTo(new Outcome.PutDone(401, null));
        }
    }

    @Test
    void aStateThatFailsStopsTheMemberAndNothingIsAcknowledgedAfter() throws Exception {
        try (var member = TestMember.open(directory)) {
            member.put("before", "1").get();
            member.state.onApply(() -> {
                throw new IllegalStateException("the store is broken");
            });

            assertThat(member.put("broken", "1").get()).isEqualTo(new Outcome.Refused(ErrorCode.STOPPED));
            assertThat(member.put("after", "1").get()).isEqualTo(new Outcome.Refused(ErrorCode.STOPPED));
            assertThat(member.raft.await().get()).contains(ErrorCode.STOPPED);
            await(() -> member.fatal.size() == 1);
            assertThat(member.fatal.getFirst()).contains("log entry 2");
        }
    }

    @Test
    void aLogThatCannotBeWrittenStopsTheMember() throws Exception {
        TestMember member = TestMember.open(directory, settings -> settings.with(SMALL_LOG));
        member.put("before", "1").get();
        // The next segment can't be made where something else bears its name.
        for (int index = 2; index < 400; index++) {
            Files.createDirectories(
                    member.settings.segmentDirectory().resolve("log_inprogress_" + index + "/occupied"));
        }
        List<CompletableFuture<Outcome>> answers = new ArrayList<>();
        for (int i = 0; i < 300 && member.fatal.isEmpty(); i++) {
            answers.add(member.put("k" + i, "value".repeat(50)));
            LockSupport.parkNanos(1_000_000);
        }
        await(() -> !member.fatal.isEmpty());
        all(answers);

        assertThat(answers.getLast().get()).isEqualTo(new Outcome.Refused(ErrorCode.STOPPED));
        assertThat(member.fatal).hasSize(1);
        member.close();
    }

    @Test
    void aClosedMemberRefusesAndTellsThatItLeadsNoMore() throws Exception {
        TestMember member = TestMember.open(directory);
        member.put("first", "1").get();
        List<CompletableFuture<Outcome>> answers = puts(member, 100);
        long started = System.nanoTime();
        member.close();
        member.close();

        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(7));
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isDone());
        assertThat(member.put("after", "1")).isCompletedWithValue(new Outcome.Refused(ErrorCode.STOPPED));
        assertThat(member.raft.await()).isCompletedWithValue(Optional.of(ErrorCode.STOPPED));
        assertThat(member.leadership).containsExactly("leader", "lost");
        assertThat(member.fatal).isEmpty();
    }

    @Test
    void anIdleMemberCostsNextToNothing() throws Exception {
        try (var member = TestMember.open(directory)) {
            all(puts(member, 100));
            var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            long before = system.getProcessCpuTime();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
            double share = (system.getProcessCpuTime() - before) / 2e9;

            assertThat(share).as("share of one core").isLessThan(0.50);
        }
    }

    private static List<CompletableFuture<Outcome>> puts(TestMember member, int count) {
        var answers = new ArrayList<CompletableFuture<Outcome>>();
        for (int i = 0; i < count; i++) {
            answers.add(member.put("k" + i, "v" + i));
        }
        return answers;
    }

    private static void all(List<CompletableFuture<Outcome>> answers) throws Exception {
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    }

    private static Outcome value(TestMember member, int bytes) throws Exception {
        return member.raft
                .propose(new Put(Bytes.utf8("k"), Bytes.wrap(new byte[bytes]), 0, false, false, false))
                .get();
    }

    private static long firstSegment(TestMember member) {
        try {
            return SegmentFile.list(member.settings.segmentDirectory())
                    .getFirst()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
