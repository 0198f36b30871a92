package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpaceKeeperTest {

    private static final long MEMBER = 7;

    private final HandMovedTime time = new HandMovedTime();
    private final MemoryStore store = new MemoryStore();
    private final Alarms alarms = Alarms.open(store);
    private final Disk disk = new Disk();
    private final SpaceKeeper keeper;

    SpaceKeeperTest(@TempDir Path directory) {
        keeper = new SpaceKeeper(
                disk,
                new SpaceLimits(1000, 100, 200),
                alarms,
                MEMBER,
                this::commit,
                new DiskFullMark(directory.resolve("disk-full")),
                time);
        keeper.begin();
    }

    @Test
    void whyTheAlarmWasRaisedIsRememberedUntilTheLogHasRaisedItAgain(@TempDir Path directory) {
        var mark = new DiskFullMark(directory.resolve("disk-full"));
        mark.set(true);
        var restarted =
                new SpaceKeeper(disk, new SpaceLimits(1000, 100, 200), alarms, MEMBER, this::commit, mark, time);
        time.advance(3_000);
        commit(new Command.SetAlarm(new Alarm(MEMBER, Alarm.Type.NOSPACE), true))
                .join();

        restarted.begin();
        time.advance(1_000);

        assertThat(alarms.raised()).isEmpty();
    }

    @Test
    void surePassageNeverLooksAtTheDisk() {
        int looks = disk.looks;

        assertThat(keeper.admitsNow(600)).isTrue();
        assertThat(keeper.admitsNow(600)).isFalse();
        assertThat(keeper.admitsNow(0)).isTrue();

        assertThat(disk.looks).isEqualTo(looks);
    }

    @Test
    void whatWasOnlyFearedIsAdmittedAfterALook() {
        assertThat(keeper.admitsNow(600)).isTrue();

        assertThat(keeper.admit(600)).isTrue();

        assertThat(alarms.raised()).isEmpty();
    }

    @Test
    void diskThatOthersFillBetweenTwoRoundsIsSeenAfterAMebibyte(@TempDir Path directory) {
        var roomy = new SpaceKeeper(
                disk,
                new SpaceLimits(Long.MAX_VALUE, 100, 200),
                alarms,
                MEMBER,
                this::commit,
                new DiskFullMark(directory.resolve("disk-full")),
                time);
        disk.usable = 99;

        assertThat(roomy.admitsNow(1 << 20)).isTrue();
        assertThat(roomy.admitsNow(1)).isFalse();
        assertThat(roomy.admit(1)).isFalse();
        assertThat(alarms.raised()).containsExactly(new Alarm(MEMBER, Alarm.Type.NOSPACE));
    }

    @Test
    void quotaRaisesTheAlarmAndItStays() {
        disk.live = 900;
        time.advance(1_000);

        assertThat(keeper.admit(100)).isFalse();
        assertThat(alarms.raised()).containsExactly(new Alarm(MEMBER, Alarm.Type.NOSPACE));

        disk.live = 0;
        time.advance(5_000);
        assertThat(keeper.admit(100)).isFalse();
        assertThat(keeper.admit(0)).isTrue();
    }

    @Test
    void fullDiskRaisesTheAlarmUntilThereIsRoomAgain() {
        disk.usable = 99;
        time.advance(1_000);
        assertThat(keeper.admit(1)).isFalse();
        assertThat(alarms.raised()).hasSize(1);

        disk.usable = 150;
        time.advance(2_000);
        assertThat(alarms.raised()).hasSize(1);

        disk.usable = 200;
        time.advance(2_000);
        assertThat(alarms.raised()).isEmpty();
        assertThat(keeper.admit(1)).isTrue();
    }

    private CompletableFuture<Outcome> commit(Command command) {
        if (command.wanted() instanceof Command.SetAlarm(Alarm alarm, boolean active)) {
            try (StoreTransaction changes = store.begin()) {
                boolean changed = alarms.set(changes, alarm, active);
                store.write(changes);
                return CompletableFuture.completedFuture(
                        new Outcome.AlarmsChanged(1, changed ? List.of(alarm) : List.of()));
            }
        }
        throw new AssertionError("unexpected: " + command);
    }

    private static final class Disk implements FreeSpace {

        private long usable = 1_000_000;
        private long live;
        private int looks;

        @Override
        public long usableBytes() {
            looks++;
            return usable;
        }

        @Override
        public long liveBytes() {
            looks++;
            return live;
        }
    }

    @Test
    void onASmallDiskLessIsKeptFree() {
        long mib = 1L << 20;

        assertThat(SpaceLimits.onDisk(1000, 100L << 30)).isEqualTo(new SpaceLimits(1000, 128 * mib, 256 * mib));
        assertThat(SpaceLimits.onDisk(1000, 300 * mib)).isEqualTo(new SpaceLimits(1000, 75 * mib, 150 * mib));
    }
}
