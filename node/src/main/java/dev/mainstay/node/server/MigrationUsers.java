package dev.mainstay.node.server;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.AuthRoleListRequest;
import dev.mainstay.etcd.proto.AuthStatusRequest;
import dev.mainstay.etcd.proto.AuthStatusResponse;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.AuthUserListRequest;
import dev.mainstay.etcd.proto.Permission;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares users and roles. They were copied with the snapshot; nothing in etcd's API tells of later changes one by one, and none of
 * it shows a password's hash. But each change raises a revision of users and roles, which etcd shows from 3.5 on.
 */
final class MigrationUsers {

    private final ToolCluster source;
    private final ToolCluster target;

    MigrationUsers(ToolCluster source, ToolCluster target) {
        this.source = source;
        this.target = target;
    }

    /** What changed since the snapshot, a line each; empty if nothing did. */
    List<String> differences() throws IOException {
        AuthStatusResponse here = status(source);
        AuthStatusResponse there = status(target);
        if (here != null && there != null && here.equals(there)) {
            return List.of();
        }
        List<String> differences = new ArrayList<>();
        if (here != null && there != null && here.getEnabled() != there.getEnabled()) {
            differences.add("authentication is " + (here.getEnabled() ? "on" : "off") + " at the source and "
                    + (there.getEnabled() ? "on" : "off") + " at the target");
        }
        compare("user", users(source), users(target), differences);
        compare("role", roles(source), roles(target), differences);
        if (differences.isEmpty()
                && here != null
                && there != null
                && here.getAuthRevision() != there.getAuthRevision()) {
            differences.add("users or roles were changed "
                    + (here.getAuthRevision() - there.getAuthRevision())
                    + " times since the snapshot; what can be seen of them is equal, so it may be passwords");
        }
        return differences;
    }

    /** Null where there is no such call, as in etcd 3.4. */
    private static @Nullable AuthStatusResponse status(ToolCluster cluster) throws IOException {
        try {
            AuthStatusResponse status = cluster.call(
                    channel -> AuthGrpc.newBlockingStub(channel).authStatus(AuthStatusRequest.getDefaultInstance()));
            return AuthStatusResponse.newBuilder()
                    .setEnabled(status.getEnabled())
                    .setAuthRevision(Math.max(1, status.getAuthRevision()))
                    .build();
        } catch (ToolCluster.Refusal e) {
            if (e.code() == Status.Code.UNIMPLEMENTED) {
                return null;
            }
            throw e;
        }
    }

    private static Map<String, String> users(ToolCluster cluster) throws IOException {
        Map<String, String> users = new TreeMap<>();
        for (String name : cluster.call(
                        channel -> AuthGrpc.newBlockingStub(channel).userList(AuthUserListRequest.getDefaultInstance()))
                .getUsersList()) {
            List<String> roles = cluster.call(channel -> AuthGrpc.newBlockingStub(channel)
                            .userGet(AuthUserGetRequest.newBuilder()
                                    .setName(name)
                                    .build()))
                    .getRolesList();
            users.put(name, "roles " + new TreeSet<>(roles));
        }
        return users;
    }

    private static Map<String, String> roles(ToolCluster cluster) throws IOException {
        Map<String, String> roles = new TreeMap<>();
        for (String name : cluster.call(
                        channel -> AuthGrpc.newBlockingStub(channel).roleList(AuthRoleListRequest.getDefaultInstance()))
                .getRolesList()) {
            List<Permission> permissions = cluster.call(channel -> AuthGrpc.newBlockingStub(channel)
                            .roleGet(AuthRoleGetRequest.newBuilder()
                                    .setRole(name)
                                    .build()))
                    .getPermList();
            TreeSet<String> texts = new TreeSet<>();
            permissions.forEach(permission -> texts.add(permission.getPermType() + " "
                    + HexFormat.of().formatHex(permission.getKey().toByteArray()) + "-"
                    + HexFormat.of().formatHex(permission.getRangeEnd().toByteArray())));
            roles.put(name, "permissions " + texts);
        }
        return roles;
    }

    private static void compare(
            String what, Map<String, String> here, Map<String, String> there, List<String> differences) {
        here.forEach((name, value) -> {
            String other = there.get(name);
            if (other == null) {
                differences.add(what + " \"" + name + "\" is only at the source");
            } else if (!other.equals(value)) {
                differences.add(
                        what + " \"" + name + "\" has " + value + " at the source and " + other + " at the target");
            }
        });
        there.forEach((name, _) -> {
            if (!here.containsKey(name)) {
                differences.add(what + " \"" + name + "\" is only at the target");
            }
        });
    }
}
