package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.PutRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code etcdctl snapshot save} of either server, looked at with etcd's tool and ours. */
final class EtcdctlSnapshotE2E extends EtcdctlSuite {
    private static final int SECTOR_BYTES = 512;
    private static final int HASH_BYTES = 32;

    @TempDir
    private Path directory;

    @Test
    void bothToolsSayTheSameOfASnapshot() throws IOException {
        for (int i = 0; i < 200; i++) {
            put("same/" + i % 50, "v".repeat(i * 7));
        }
        etcdctl().out("del", "same/3");
        etcdctl().out("put", "same/large", "x".repeat(100_000));
        etcdctl().out("put", "--lease=" + grantedLease(), "same/leased", "1");
        Path file = saved("same.db");
        assertThat(server().metric("etcd_disk_backend_snapshot_duration_seconds_count"))
                .isPositive();

        assertThat(Files.size(file) % SECTOR_BYTES).isEqualTo(HASH_BYTES);
        for (String format : new String[] {"simple", "json", "fields", "table"}) {
            assertThat(Tool.MAINSTAY.out("snapshot", "status", file.toString(), "-w", format))
                    .isEqualTo(Tool.ETCDUTL.out("snapshot", "status", file.toString(), "-w", format));
        }
        String fields = Tool.MAINSTAY.out("snapshot", "verify", file.toString(), "--write-out=fields");
        assertThat(Long.parseLong(field(fields, "Revision"))).isEqualTo(revision());
    }

    @Test
    void aSnapshotIsOfOneMomentWhileWritesGoOn() throws InterruptedException {
        put("moment/a", "x".repeat(1 << 20));
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong written = new AtomicLong();
        Thread writer = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                put("moment/" + written.incrementAndGet() % 100, "v".repeat(200));
            }
        });
        try {
            for (int i = 0; i < 3; i++) {
                long before = revision();
                Path file = saved("moment" + i + ".db");
                long after = revision();

                String fields = Tool.ETCDUTL.out("snapshot", "status", file.toString(), "-w", "fields");
                assertThat(Long.parseLong(field(fields, "Revision"))).isBetween(before, after);
            }
        } finally {
            over.set(true);
            writer.join();
        }
    }

    private void put(String key, String value) {
        client().kv()
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
    }

    private Path saved(String name) {
        Path file = directory.resolve(name);
        etcdctl().out("snapshot", "save", file.toString());
        return file;
    }
}
