package dev.mainstay.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("badinput")
class FullDiskE2E {
    private static final int DISK_MEGABYTES = 1_024;
    private static final int BYTES = 100_000;
    private static final int BEFORE = 20;
    private static final int MOST = 20_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void aFullDiskRefusesWritesLosesNothingAndRecoversWithRoom(@TempDir Path dir) throws InterruptedException {
        Optional<SmallDisk> mounted = SmallDisk.mount(dir.resolve("disk"), DISK_MEGABYTES);
        if (mounted.isEmpty()) {
            System.out.println("SKIPPED: the full-disk test needs the right to mount a file system (run it as root)");
            return;
        }
        try (SmallDisk disk = mounted.get();
                TestServer server = TestServer.mainstay(
                        dir.resolve("server"), "--data-dir=" + disk.root().resolve("data"))) {
            Data.write(server, 0, BEFORE, BYTES);
            disk.fillLeaving(4 << 20);

            int written = writeUntilRefused(server, BEFORE);

            Data.assertWhole(server, written, BYTES);
            assertDeletes(server, written - 1);
            disk.makeRoom();
            awaitWritable(server, written - 1);
            Data.assertWhole(server, written, BYTES);
            assertThat(alarms(server)).isZero();

            // And once more with a crash in the middle: the data must be whole when there is room again.
            disk.fillLeaving(4 << 20);
            writeUntilRefused(server, written);
            server.kill9();
            disk.makeRoom();
            server.start();
            awaitWritable(server, 0);
            assertHolds(server, written);
        }
    }

    /** Writes until the server says that there is no space; returns how many values it acknowledged in all. */
    private static int writeUntilRefused(TestServer server, int from) {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            for (int i = from; i < MOST; i++) {
                try {
                    Data.put(client, i, BYTES);
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                    assertThat(e.getStatus().getDescription()).isEqualTo("etcdserver: mvcc: database space exceeded");
                    return i;
                }
            }
            throw new AssertionError("never refused");
        }
    }

    private static void assertHolds(TestServer server, int atLeast) {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            assertThat(Data.read(client)).hasSizeGreaterThanOrEqualTo(atLeast);
        }
    }

    private static void assertDeletes(TestServer server, int number) {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            long deleted = client.kv()
                    .deleteRange(DeleteRangeRequest.newBuilder()
                            .setKey(Data.key(number))
                            .build())
                    .getDeleted();
            assertThat(deleted).isEqualTo(1);
            assertThat(alarms(server)).isEqualTo(1);
        }
    }

    private static void awaitWritable(TestServer server, int number) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            while (true) {
                try {
                    Data.put(client, number, BYTES);
                    return;
                } catch (StatusRuntimeException e) {
                    if (System.nanoTime() > deadline) {
                        throw e;
                    }
                    Thread.sleep(200);
                }
            }
        }
    }

    private static int alarms(TestServer server) {
        try (EtcdClient client = new EtcdClient(server.endpoint())) {
            return client.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsCount();
        }
    }
}
