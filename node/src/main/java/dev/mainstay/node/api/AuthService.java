package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.AuthDisableRequest;
import dev.mainstay.etcd.proto.AuthDisableResponse;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthEnableResponse;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthRoleAddResponse;
import dev.mainstay.etcd.proto.AuthRoleDeleteRequest;
import dev.mainstay.etcd.proto.AuthRoleDeleteResponse;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.AuthRoleGetResponse;
import dev.mainstay.etcd.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.etcd.proto.AuthRoleGrantPermissionResponse;
import dev.mainstay.etcd.proto.AuthRoleListRequest;
import dev.mainstay.etcd.proto.AuthRoleListResponse;
import dev.mainstay.etcd.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.etcd.proto.AuthRoleRevokePermissionResponse;
import dev.mainstay.etcd.proto.AuthStatusRequest;
import dev.mainstay.etcd.proto.AuthStatusResponse;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserAddResponse;
import dev.mainstay.etcd.proto.AuthUserChangePasswordRequest;
import dev.mainstay.etcd.proto.AuthUserChangePasswordResponse;
import dev.mainstay.etcd.proto.AuthUserDeleteRequest;
import dev.mainstay.etcd.proto.AuthUserDeleteResponse;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.AuthUserGetResponse;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleResponse;
import dev.mainstay.etcd.proto.AuthUserListRequest;
import dev.mainstay.etcd.proto.AuthUserListResponse;
import dev.mainstay.etcd.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.etcd.proto.AuthUserRevokeRoleResponse;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.AuthenticateResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.api.auth.Passwords;
import dev.mainstay.node.apply.Permits;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.Role;
import dev.mainstay.node.auth.User;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.mvcc.KvStore;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The Auth service: users, roles, and tokens for passwords. */
final class AuthService {

    private final Supplier<AuthState> state;
    private final Passwords passwords;
    private final Login login;
    private final Proposals proposals;
    private final Reads reads;
    private final Access access;
    private final KvStore store;
    private final ResponseHeaders headers;

    AuthService(ApiPorts ports, Login login, Proposals proposals, Reads reads, Access access, ResponseHeaders headers) {
        this.state = ports.authentication().state();
        this.passwords = ports.authentication().passwords();
        this.login = login;
        this.proposals = proposals;
        this.reads = reads;
        this.access = access;
        this.store = ports.store();
        this.headers = headers;
    }

    ServerServiceDefinition definition() {
        ServiceAssembly service = new ServiceAssembly(AuthGrpc.getServiceDescriptor());
        addSwitches(service);
        addUsers(service);
        addRoles(service);
        return service.build();
    }

    private void addSwitches(ServiceAssembly service) {
        service.add(
                        AuthGrpc.getAuthEnableMethod(),
                        AuthEnableRequest.getDefaultInstance(),
                        AuthEnableResponse.getDefaultInstance(),
                        UnaryCalls.unary((_, responder) -> change(
                                new AuthCommand.Enable(),
                                responder,
                                header -> AuthEnableResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getAuthDisableMethod(),
                        AuthDisableRequest.getDefaultInstance(),
                        AuthDisableResponse.getDefaultInstance(),
                        UnaryCalls.unary((_, responder) -> change(
                                new AuthCommand.Disable(),
                                responder,
                                header -> AuthDisableResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getAuthStatusMethod(),
                        AuthStatusRequest.getDefaultInstance(),
                        AuthStatusResponse.getDefaultInstance(),
                        UnaryCalls.unary((_, responder) -> reads.linearizable(responder, () -> {
                            AuthState now = state.get();
                            responder.reply(AuthStatusResponse.newBuilder()
                                    .setHeader(header())
                                    .setEnabled(now.enabled())
                                    .setAuthRevision(now.revision())
                                    .build());
                        })))
                .add(
                        AuthGrpc.getAuthenticateMethod(),
                        AuthenticateRequest.getDefaultInstance(),
                        AuthenticateResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::authenticate));
    }

    private void addUsers(ServiceAssembly service) {
        service.add(
                        AuthGrpc.getUserAddMethod(),
                        AuthUserAddRequest.getDefaultInstance(),
                        AuthUserAddResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::addUser))
                .add(
                        AuthGrpc.getUserGetMethod(),
                        AuthUserGetRequest.getDefaultInstance(),
                        AuthUserGetResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::getUser))
                .add(
                        AuthGrpc.getUserListMethod(),
                        AuthUserListRequest.getDefaultInstance(),
                        AuthUserListResponse.getDefaultInstance(),
                        UnaryCalls.unary((_, responder) -> look(
                                responder,
                                AuthService::administers,
                                now -> responder.reply(AuthUserListResponse.newBuilder()
                                        .setHeader(header())
                                        .addAllUsers(now.users().stream()
                                                .map(User::name)
                                                .toList())
                                        .build()))))
                .add(
                        AuthGrpc.getUserDeleteMethod(),
                        AuthUserDeleteRequest.getDefaultInstance(),
                        AuthUserDeleteResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.DeleteUser(request.getName()),
                                responder,
                                header -> AuthUserDeleteResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getUserChangePasswordMethod(),
                        AuthUserChangePasswordRequest.getDefaultInstance(),
                        AuthUserChangePasswordResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::changePassword))
                .add(
                        AuthGrpc.getUserGrantRoleMethod(),
                        AuthUserGrantRoleRequest.getDefaultInstance(),
                        AuthUserGrantRoleResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.GrantRole(request.getUser(), request.getRole()),
                                responder,
                                header -> AuthUserGrantRoleResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getUserRevokeRoleMethod(),
                        AuthUserRevokeRoleRequest.getDefaultInstance(),
                        AuthUserRevokeRoleResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.RevokeRole(request.getName(), request.getRole()),
                                responder,
                                header -> AuthUserRevokeRoleResponse.newBuilder()
                                        .setHeader(header)
                                        .build())));
    }

    private void addRoles(ServiceAssembly service) {
        service.add(
                        AuthGrpc.getRoleAddMethod(),
                        AuthRoleAddRequest.getDefaultInstance(),
                        AuthRoleAddResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.AddRole(request.getName()),
                                responder,
                                header -> AuthRoleAddResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getRoleGetMethod(),
                        AuthRoleGetRequest.getDefaultInstance(),
                        AuthRoleGetResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::getRole))
                .add(
                        AuthGrpc.getRoleListMethod(),
                        AuthRoleListRequest.getDefaultInstance(),
                        AuthRoleListResponse.getDefaultInstance(),
                        UnaryCalls.unary((_, responder) -> look(
                                responder,
                                AuthService::administers,
                                now -> responder.reply(AuthRoleListResponse.newBuilder()
                                        .setHeader(header())
                                        .addAllRoles(now.roles().stream()
                                                .map(Role::name)
                                                .toList())
                                        .build()))))
                .add(
                        AuthGrpc.getRoleDeleteMethod(),
                        AuthRoleDeleteRequest.getDefaultInstance(),
                        AuthRoleDeleteResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.DeleteRole(request.getRole()),
                                responder,
                                header -> AuthRoleDeleteResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getRoleGrantPermissionMethod(),
                        AuthRoleGrantPermissionRequest.getDefaultInstance(),
                        AuthRoleGrantPermissionResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.GrantPermission(
                                        request.getName(),
                                        request.hasPerm() ? AuthMessages.permission(request.getPerm()) : null),
                                responder,
                                header -> AuthRoleGrantPermissionResponse.newBuilder()
                                        .setHeader(header)
                                        .build())))
                .add(
                        AuthGrpc.getRoleRevokePermissionMethod(),
                        AuthRoleRevokePermissionRequest.getDefaultInstance(),
                        AuthRoleRevokePermissionResponse.getDefaultInstance(),
                        UnaryCalls.unary((request, responder) -> change(
                                new AuthCommand.RevokePermission(
                                        request.getRole(),
                                        KvRequests.bytes(request.getKey()),
                                        KvRequests.bytes(request.getRangeEnd())),
                                responder,
                                header -> AuthRoleRevokePermissionResponse.newBuilder()
                                        .setHeader(header)
                                        .build())));
    }

    private void authenticate(AuthenticateRequest request, Responder<AuthenticateResponse> responder) {
        login.begin(
                request.getName(),
                request.getPassword(),
                responder,
                token -> responder.reply(AuthenticateResponse.newBuilder()
                        .setHeader(header())
                        .setToken(token)
                        .build()));
    }

    private void addUser(AuthUserAddRequest request, Responder<AuthUserAddResponse> responder) {
        Consumer<@Nullable Bytes> add = hash -> change(
                new AuthCommand.AddUser(request.getName(), hash),
                responder,
                header -> AuthUserAddResponse.newBuilder().setHeader(header).build());
        if (request.getOptions().getNoPassword()) {
            add.accept(null);
        } else {
            hashed(request.getPassword(), responder, hash -> add.accept(hash));
        }
    }

    private void changePassword(
            AuthUserChangePasswordRequest request, Responder<AuthUserChangePasswordResponse> responder) {
        Consumer<Bytes> set = hash -> change(
                new AuthCommand.SetPassword(request.getName(), hash),
                responder,
                header -> AuthUserChangePasswordResponse.newBuilder()
                        .setHeader(header)
                        .build());
        if (request.getPassword().isEmpty()) {
            givenHash(request, responder, set);
        } else {
            hashed(request.getPassword(), responder, set);
        }
    }

    /** Without a password its hash is taken from the request, as etcd does; one that isn't there fits no password. */
    private void givenHash(
            AuthUserChangePasswordRequest request,
            Responder<AuthUserChangePasswordResponse> responder,
            Consumer<Bytes> onHash) {
        Optional<Bytes> hash = decoded(request.getHashedPassword());
        if (hash.isPresent()) {
            onHash.accept(hash.get());
            return;
        }
        look(responder, AuthService::administers, now -> {
            User user = now.user(request.getName()).orElse(null);
            if (user == null) {
                responder.refuse(ErrorCode.USER_NOT_FOUND);
            } else if (user.passwordHash() == null) {
                onHash.accept(Bytes.EMPTY);
            } else {
                responder.refuse(ErrorCode.NO_PASSWORD_USER);
            }
        });
    }

    private static Optional<Bytes> decoded(String base64) {
        try {
            return Optional.of(Bytes.wrap(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Hashes for those alone who may set passwords: it is dear. One that is too long is nobody's, as in etcd. */
    private void hashed(String password, Responder<?> responder, Consumer<Bytes> onHash) {
        if (!Passwords.fits(password)) {
            responder.refuse(ErrorCode.PASSWORD_TOO_LONG);
            return;
        }
        access.change(responder, AuthService::administers, _ -> {
            CompletableFuture<?> _ =
                    Login.guarded(() -> passwords.hash(password), responder).thenAccept(onHash);
        });
    }

    private void getUser(AuthUserGetRequest request, Responder<AuthUserGetResponse> responder) {
        look(
                responder,
                permits -> isSelf(permits.caller(), request.getName()) ? null : administers(permits),
                now -> now.user(request.getName())
                        .ifPresentOrElse(
                                user -> responder.reply(AuthUserGetResponse.newBuilder()
                                        .setHeader(header())
                                        .addAllRoles(user.roles())
                                        .build()),
                                () -> responder.refuse(ErrorCode.USER_NOT_FOUND)));
    }

    private void getRole(AuthRoleGetRequest request, Responder<AuthRoleGetResponse> responder) {
        look(
                responder,
                permits -> has(permits, request.getRole()) ? null : administers(permits),
                now -> AuthMessages.permissions(now, request.getRole())
                        .ifPresentOrElse(
                                permissions -> responder.reply(AuthRoleGetResponse.newBuilder()
                                        .setHeader(header())
                                        .addAllPerm(permissions)
                                        .build()),
                                () -> responder.refuse(ErrorCode.ROLE_NOT_FOUND)));
    }

    /** Changes users or roles. */
    private <T> void change(AuthCommand command, Responder<T> responder, Function<ResponseHeader, T> reply) {
        proposals.propose(command, responder, outcome -> {
            if (outcome instanceof Outcome.Done done) {
                responder.reply(reply.apply(headers.of(done.revision())));
            } else {
                responder.refuse(Status.INTERNAL.withDescription("a change of users came to " + outcome));
            }
        });
    }

    /** Looks at users and roles behind the barrier, if the caller may. */
    private void look(
            Responder<?> responder, Function<Permits, @Nullable ErrorCode> question, Consumer<AuthState> onwards) {
        reads.linearizable(responder, () -> {
            ErrorCode refusal = access.ask(responder.identity(), question);
            if (refusal != null) {
                responder.refuse(refusal);
            } else {
                onwards.accept(state.get());
            }
        });
    }

    private static @Nullable ErrorCode administers(Permits permits) {
        return permits.state().mayAdminister(permits.caller());
    }

    /** Nobody's name is the empty one. */
    private static boolean isSelf(Caller caller, String name) {
        return switch (caller) {
            case Caller.User(String own, long _) -> own.equals(name);
            case Caller.Nobody _ -> name.isEmpty();
            case Caller.Cluster _ -> false;
        };
    }

    private static boolean has(Permits permits, String role) {
        return permits.caller() instanceof Caller.User(String name, long _)
                && permits.state().user(name).filter(user -> user.hasRole(role)).isPresent();
    }

    private ResponseHeader header() {
        return headers.of(store.revision());
    }
}
