package dev.mainstay.operator.member;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthRoleDeleteRequest;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.etcd.proto.AuthRoleListRequest;
import dev.mainstay.etcd.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.etcd.proto.AuthStatusRequest;
import dev.mainstay.etcd.proto.AuthStatusResponse;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserChangePasswordRequest;
import dev.mainstay.etcd.proto.AuthUserDeleteRequest;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.UserAddOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls members about users and roles by gRPC. Any thread. */
public final class GrpcAuth implements AuthApi {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** Wrong passwords are answered late, up to 5 s. */
    private static final Duration LOGIN = Duration.ofSeconds(10);

    private static final String NO_USER = "user name not found";
    private static final String NO_ROLE = "role name not found";
    private static final String WRONG_PASSWORD = "invalid user ID or password";
    private static final String NO_PASSWORD = "password was given for no password user";

    @Override
    public AuthStatus status(Endpoint endpoint) {
        AuthStatusResponse answer =
                call("auth status", endpoint, LIMIT, stub -> stub.authStatus(AuthStatusRequest.getDefaultInstance()));
        return new AuthStatus(
                answer.getEnabled(), Long.toHexString(answer.getHeader().getClusterId()), answer.getAuthRevision());
    }

    @Override
    public Set<String> roles(Endpoint endpoint) {
        return new TreeSet<>(
                call("role list", endpoint, LIMIT, stub -> stub.roleList(AuthRoleListRequest.getDefaultInstance()))
                        .getRolesList());
    }

    @Override
    public Optional<Set<String>> user(Endpoint endpoint, String user) {
        return unless(
                NO_USER,
                () -> new TreeSet<>(call(
                                "user get",
                                endpoint,
                                LIMIT,
                                stub -> stub.userGet(AuthUserGetRequest.newBuilder()
                                        .setName(user)
                                        .build()))
                        .getRolesList()));
    }

    @Override
    public Optional<List<Permission>> role(Endpoint endpoint, String role) {
        return unless(
                NO_ROLE,
                () -> call(
                                "role get",
                                endpoint,
                                LIMIT,
                                stub -> stub.roleGet(AuthRoleGetRequest.newBuilder()
                                        .setRole(role)
                                        .build()))
                        .getPermList()
                        .stream()
                        .map(GrpcAuth::permission)
                        .toList());
    }

    private static Permission permission(dev.mainstay.etcd.proto.Permission permission) {
        return new Permission(
                switch (permission.getPermType()) {
                    case READ -> Permission.Access.READ;
                    case WRITE -> Permission.Access.WRITE;
                    default -> Permission.Access.READ_WRITE;
                },
                new KeyRange(
                        KeyRange.hex(permission.getKey().toByteArray()),
                        KeyRange.hex(permission.getRangeEnd().toByteArray())));
    }

    @Override
    public PasswordCheck check(Endpoint endpoint, String user, String password) {
        try {
            var _ = call(
                    "authenticate",
                    endpoint,
                    LOGIN,
                    stub -> stub.authenticate(AuthenticateRequest.newBuilder()
                            .setName(user)
                            .setPassword(password)
                            .build()));
            return PasswordCheck.MATCHES;
        } catch (MemberCallException e) {
            if (says(e, WRONG_PASSWORD)) {
                return PasswordCheck.DIFFERS;
            }
            return says(e, NO_PASSWORD) ? PasswordCheck.NONE : PasswordCheck.UNKNOWN;
        }
    }

    @Override
    public void enable(Endpoint endpoint) {
        var _ = call("auth enable", endpoint, LIMIT, stub -> stub.authEnable(AuthEnableRequest.getDefaultInstance()));
    }

    @Override
    public void addUser(Endpoint endpoint, String user, @Nullable String password) {
        AuthUserAddRequest.Builder request = AuthUserAddRequest.newBuilder()
                .setName(user)
                .setOptions(UserAddOptions.newBuilder().setNoPassword(password == null));
        if (password != null) {
            request.setPassword(password);
        }
        var _ = call("user add", endpoint, LIMIT, stub -> stub.userAdd(request.build()));
    }

    @Override
    public void deleteUser(Endpoint endpoint, String user) {
        var _ = call(
                "user delete",
                endpoint,
                LIMIT,
                stub -> stub.userDelete(
                        AuthUserDeleteRequest.newBuilder().setName(user).build()));
    }

    @Override
    public void setPassword(Endpoint endpoint, String user, String password) {
        var _ = call(
                "user change password",
                endpoint,
                LIMIT,
                stub -> stub.userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build()));
    }

    @Override
    public void grantRole(Endpoint endpoint, String user, String role) {
        var _ = call(
                "user grant role",
                endpoint,
                LIMIT,
                stub -> stub.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser(user)
                        .setRole(role)
                        .build()));
    }

    @Override
    public void revokeRole(Endpoint endpoint, String user, String role) {
        var _ = call(
                "user revoke role",
                endpoint,
                LIMIT,
                stub -> stub.userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName(user)
                        .setRole(role)
                        .build()));
    }

    @Override
    public void addRole(Endpoint endpoint, String role) {
        var _ = call(
                "role add",
                endpoint,
                LIMIT,
                stub -> stub.roleAdd(
                        AuthRoleAddRequest.newBuilder().setName(role).build()));
    }

    @Override
    public void deleteRole(Endpoint endpoint, String role) {
        var _ = call(
                "role delete",
                endpoint,
                LIMIT,
                stub -> stub.roleDelete(
                        AuthRoleDeleteRequest.newBuilder().setRole(role).build()));
    }

    @Override
    public void grantPermission(Endpoint endpoint, String role, Permission permission) {
        var _ = call(
                "role grant permission",
                endpoint,
                LIMIT,
                stub -> stub.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                        .setName(role)
                        .setPerm(dev.mainstay.etcd.proto.Permission.newBuilder()
                                .setPermType(
                                        switch (permission.access()) {
                                            case READ -> dev.mainstay.etcd.proto.Permission.Type.READ;
                                            case WRITE -> dev.mainstay.etcd.proto.Permission.Type.WRITE;
                                            case READ_WRITE -> dev.mainstay.etcd.proto.Permission.Type.READWRITE;
                                        })
                                .setKey(bytes(permission.keys().key()))
                                .setRangeEnd(bytes(permission.keys().end())))
                        .build()));
    }

    @Override
    public void revokePermission(Endpoint endpoint, String role, KeyRange keys) {
        var _ = call(
                "role revoke permission",
                endpoint,
                LIMIT,
                stub -> stub.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(role)
                        .setKey(bytes(keys.key()))
                        .setRangeEnd(bytes(keys.end()))
                        .build()));
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private static <T> T call(
            String what, Endpoint endpoint, Duration limit, Function<AuthGrpc.AuthBlockingStub, T> request) {
        return GrpcCalls.call(
                what,
                endpoint,
                limit,
                channel -> request.apply(
                        AuthGrpc.newBlockingStub(channel).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)));
    }

    private static <T> Optional<T> unless(String missing, Supplier<T> question) {
        try {
            return Optional.of(question.get());
        } catch (MemberCallException e) {
            if (says(e, missing)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean says(MemberCallException refusal, String text) {
        Status status = refusal.getCause() instanceof StatusRuntimeException answer ? answer.getStatus() : Status.OK;
        return Objects.requireNonNullElse(status.getDescription(), "").contains(text);
    }
}
