package dev.mainstay.node.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.Role;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Permission;
import java.util.List;
import java.util.Optional;

/** Permissions, between messages and state. */
final class AuthMessages {

    private static final dev.mainstay.etcd.proto.Permission EVERYTHING = dev.mainstay.etcd.proto.Permission.newBuilder()
            .setPermType(dev.mainstay.etcd.proto.Permission.Type.READWRITE)
            .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
            .build();

    private AuthMessages() {}

    static Permission permission(dev.mainstay.etcd.proto.Permission message) {
        Permission.Kind kind = switch (message.getPermType()) {
            case READ, UNRECOGNIZED -> Permission.Kind.READ;
            case WRITE -> Permission.Kind.WRITE;
            case READWRITE -> Permission.Kind.READWRITE;
        };
        return new Permission(kind, KvRequests.bytes(message.getKey()), KvRequests.bytes(message.getRangeEnd()));
    }

    /** What a role permits, if there is such a role. The root role permits everything, recorded or not. */
    static Optional<List<dev.mainstay.etcd.proto.Permission>> permissions(AuthState state, String role) {
        return state.role(role)
                .map(known -> role.equals(Role.ROOT)
                        ? List.of(EVERYTHING)
                        : known.permissions().stream()
                                .map(AuthMessages::message)
                                .toList());
    }

    private static dev.mainstay.etcd.proto.Permission message(Permission permission) {
        return dev.mainstay.etcd.proto.Permission.newBuilder()
                .setPermType(
                        switch (permission.kind()) {
                            case READ -> dev.mainstay.etcd.proto.Permission.Type.READ;
                            case WRITE -> dev.mainstay.etcd.proto.Permission.Type.WRITE;
                            case READWRITE -> dev.mainstay.etcd.proto.Permission.Type.READWRITE;
                        })
                .setKey(string(permission.key()))
                .setRangeEnd(string(permission.rangeEnd()))
                .build();
    }

    private static ByteString string(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }
}
