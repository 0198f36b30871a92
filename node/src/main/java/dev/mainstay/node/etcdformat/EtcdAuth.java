package dev.mainstay.node.etcdformat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.etcd.proto.UserAddOptions;
import dev.mainstay.node.auth.Role;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Permission;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Entries of the buckets {@code authUsers} and {@code authRoles}: name → User or Role. */
public final class EtcdAuth {

    private EtcdAuth() {}

    /** The value of a user's entry. */
    public static byte[] value(User user) {
        var value = dev.mainstay.etcd.proto.User.newBuilder()
                .setName(ByteString.copyFromUtf8(user.name()))
                .addAllRoles(user.roles());
        Bytes hash = user.passwordHash();
        if (hash == null) {
            value.setOptions(UserAddOptions.newBuilder().setNoPassword(true));
        } else {
            value.setPassword(ByteString.copyFrom(hash.array()));
        }
        return value.build().toByteArray();
    }

    /** The value of a role's entry. */
    public static byte[] value(Role role) {
        var value = dev.mainstay.etcd.proto.Role.newBuilder().setName(ByteString.copyFromUtf8(role.name()));
        for (Permission permission : role.permissions()) {
            value.addKeyPermission(dev.mainstay.etcd.proto.Permission.newBuilder()
                    .setPermType(
                            switch (permission.kind()) {
                                case READ -> dev.mainstay.etcd.proto.Permission.Type.READ;
                                case WRITE -> dev.mainstay.etcd.proto.Permission.Type.WRITE;
                                case READWRITE -> dev.mainstay.etcd.proto.Permission.Type.READWRITE;
                            })
                    .setKey(ByteString.copyFrom(permission.key().array()))
                    .setRangeEnd(ByteString.copyFrom(permission.rangeEnd().array())));
        }
        return value.build().toByteArray();
    }

    /** Reads a user. */
    public static User user(ByteBuffer value) throws EtcdRecordException {
        try {
            var user = dev.mainstay.etcd.proto.User.parseFrom(value);
            return new User(
                    requireName(user.getName()),
                    user.getOptions().getNoPassword() ? null : bytes(user.getPassword()),
                    user.getRolesList());
        } catch (InvalidProtocolBufferException e) {
            throw new EtcdRecordException("a user can't be read", e);
        }
    }

    /** Reads a role. */
    public static Role role(ByteBuffer value) throws EtcdRecordException {
        try {
            var role = dev.mainstay.etcd.proto.Role.parseFrom(value);
            List<Permission> permissions = new ArrayList<>();
            for (var permission : role.getKeyPermissionList()) {
                permissions.add(new Permission(
                        switch (permission.getPermType()) {
                            case READ -> Permission.Kind.READ;
                            case WRITE -> Permission.Kind.WRITE;
                            case READWRITE -> Permission.Kind.READWRITE;
                            case UNRECOGNIZED ->
                                throw new EtcdRecordException(
                                        "role " + role.getName().toStringUtf8() + " has an unknown kind of permission");
                        },
                        bytes(permission.getKey()),
                        bytes(permission.getRangeEnd())));
            }
            return new Role(requireName(role.getName()), permissions);
        } catch (InvalidProtocolBufferException e) {
            throw new EtcdRecordException("a role can't be read", e);
        }
    }

    private static String requireName(ByteString name) throws EtcdRecordException {
        if (name.isEmpty() || !name.isValidUtf8()) {
            throw new EtcdRecordException("a user or role has no readable name");
        }
        return name.toStringUtf8();
    }

    private static Bytes bytes(ByteString from) {
        return Bytes.wrap(from.toByteArray());
    }
}
