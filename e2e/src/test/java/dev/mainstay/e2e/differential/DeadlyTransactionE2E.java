package dev.mainstay.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RequestOp;
import dev.mainstay.etcd.proto.TxnRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("differential")
class DeadlyTransactionE2E {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");
    private static final ByteString OPEN_END = ByteString.copyFrom(new byte[] {0});

    @Test
    void aTransactionThatKillsEtcdIsRefusedAndChangesNothing(@TempDir Path dir) {
        TxnRequest deadly = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(
                                DeleteRangeRequest.newBuilder().setKey(KEY).setRangeEnd(OPEN_END)))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(KEY).setIgnoreValue(true)))
                .build();
        try (TestServer server = TestServer.mainstay(dir);
                EtcdClient client = new EtcdClient(server.endpoint())) {
            client.kv().put(PutRequest.newBuilder().setKey(KEY).build());

            assertThatThrownBy(() -> client.kv().txn(deadly))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("INVALID_ARGUMENT: etcdserver: key not found");

            RangeResponse left =
                    client.kv().range(RangeRequest.newBuilder().setKey(KEY).build());
            assertThat(left.getCount()).isEqualTo(1);
            assertThat(left.getHeader().getRevision()).isEqualTo(2);
        }
    }
}
