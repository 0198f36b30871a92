package dev.mainstay.e2e.history;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.PutRequest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On an etcd that is well, with logs that tell lies. */
@Tag("crash")
class HistoryCheckE2E {
    @Test
    void theTruthPassesAndEachLieIsNoticed(@TempDir Path dir) {
        try (TestServer server = TestServer.etcd(dir);
                EtcdClient client = new EtcdClient(server.endpoint())) {
            Write first = write(1);
            Write second = write(2);
            put(client, first);
            put(client, second);

            assertThatCode(() -> check(client, log(first, 2, second, 3))).doesNotThrowAnyException();
            assertThatThrownBy(() -> check(client, log(first, 2, second, 4))).hasMessageContaining("revision 3");
            assertThatThrownBy(() -> check(client, log(second, 2, first, 3)))
                    .hasMessageContaining("revision 2 should be");
            WriteLog forgetful = new WriteLog();
            forgetful.acknowledged(first, 2);
            assertThatThrownBy(() -> check(client, forgetful)).hasMessageContaining("revision 3 is write 0.2");
            WriteLog lease = log(first, 2, second, 3);
            lease.granted(99);
            assertThatThrownBy(() -> check(client, lease)).hasMessageContaining("leases are missing: [99]");
            WriteLog compaction = log(first, 2, second, 3);
            compaction.compacting(3);
            compaction.compacted(3);
            assertThatThrownBy(() -> check(client, compaction)).hasMessageContaining("revision 2 is readable");
        }
    }

    private static void check(EtcdClient client, WriteLog log) {
        new HistoryCheck(log).verify(client);
    }

    private static WriteLog log(Write one, long oneRevision, Write other, long otherRevision) {
        WriteLog log = new WriteLog();
        log.acknowledged(one, oneRevision);
        log.acknowledged(other, otherRevision);
        return log;
    }

    private static Write write(long sequence) {
        ByteString key = Write.key(0, (int) sequence);
        return new Write(0, sequence, List.of(new Write.Put(key, Write.value(0, sequence, 3), 0)));
    }

    private static void put(EtcdClient client, Write write) {
        Write.Put put = (Write.Put) write.changes().getFirst();
        client.kv()
                .put(PutRequest.newBuilder()
                        .setKey(put.key())
                        .setValue(put.value())
                        .build());
    }
}
