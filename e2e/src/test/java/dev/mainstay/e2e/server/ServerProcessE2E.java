package dev.mainstay.e2e.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerProcessE2E {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    @Test
    void etcdComesBackOnItsPortWithItsDataAfterKillAndAfterStop(@TempDir Path dir) {
        try (TestServer server = TestServer.etcd(dir)) {
            long firstPid = server.pid();
            try (EtcdClient client = new EtcdClient(server.endpoint())) {
                client.kv().put(PutRequest.newBuilder().setKey(KEY).build());
            }

            server.kill9();
            server.start();
            server.restart();

            assertThat(server.pid()).isNotEqualTo(firstPid);
            assertThat(server.usage().residentBytes()).isPositive();
            try (EtcdClient client = new EtcdClient(server.endpoint())) {
                assertThat(client.kv()
                                .range(RangeRequest.newBuilder().setKey(KEY).build())
                                .getCount())
                        .isEqualTo(1);
            }
        }
    }
}
