package dev.mainstay.e2e.operator;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/**
 * Makes one call as some user, and tells what came of it: "done", or the error. Runs in a pod:
 *
 * <pre>
 * Caller ENDPOINT CERTIFICATES USER PASSWORD put KEY VALUE
 * Caller ENDPOINT CERTIFICATES USER PASSWORD revoke ROLE FROM TO
 * </pre>
 *
 * <p>Of USER and PASSWORD are {@code -} who is known by the certificate alone. {@code revoke} takes the permission for a range of keys from a role.
 */
public final class Caller {
    private static final String NOBODY = "-";
    private static final int DEADLINE_SECONDS = 30;
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private Caller() {}

    /** See above. */
    public static void main(String[] arguments) {
        try (Connection connection = new Connection(arguments[0], arguments[1])) {
            ManagedChannel channel = connection.open();
            try {
                call(as(channel, arguments[2], arguments[3]), arguments);
                System.out.println("done");
            } catch (StatusRuntimeException e) {
                System.out.println(e.getStatus().getCode() + " " + e.getStatus().getDescription());
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static Channel as(Channel channel, String user, String password) {
        if (user.equals(NOBODY)) {
            return channel;
        }
        Metadata metadata = new Metadata();
        metadata.put(
                TOKEN,
                auth(channel)
                        .authenticate(AuthenticateRequest.newBuilder()
                                .setName(user)
                                .setPassword(password)
                                .build())
                        .getToken());
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static AuthGrpc.AuthBlockingStub auth(Channel channel) {
        return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private static void call(Channel channel, String[] arguments) {
        switch (arguments[4]) {
            case "put" -> {
                var _ = KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(arguments[5]))
                                .setValue(ByteString.copyFromUtf8(arguments[6]))
                                .build());
            }
            case "revoke" -> {
                var _ = auth(channel)
                        .roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                                .setRole(arguments[5])
                                .setKey(ByteString.copyFromUtf8(arguments[6]))
                                .setRangeEnd(ByteString.copyFromUtf8(arguments[7]))
                                .build());
            }
            default -> throw new IllegalArgumentException("no call " + arguments[4]);
        }
    }
}
