package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.mainstay.etcd.proto.AuthDisableRequest;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthRoleAddRequest;
import dev.mainstay.etcd.proto.AuthRoleDeleteRequest;
import dev.mainstay.etcd.proto.AuthRoleGetRequest;
import dev.mainstay.etcd.proto.AuthRoleGrantPermissionRequest;
import dev.mainstay.etcd.proto.AuthRoleListRequest;
import dev.mainstay.etcd.proto.AuthRoleRevokePermissionRequest;
import dev.mainstay.etcd.proto.AuthStatusRequest;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserChangePasswordRequest;
import dev.mainstay.etcd.proto.AuthUserDeleteRequest;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthUserListRequest;
import dev.mainstay.etcd.proto.AuthUserRevokeRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.Permission;
import dev.mainstay.etcd.proto.UserAddOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random requests about users, roles and passwords, of few names, so that most of them mean somebody. */
final class UserRequests {
    /** Who gets tokens; root is the last. */
    static final List<String> USERS = List.of("ann", "bob", "cyd", "dee", AuthGame.ROOT);

    /** Who has no rights over users to begin with. */
    static final String PLAIN_USER = "ann";

    private static final List<String> ROLES = List.of("r1", "r2", "r3", "r4");
    private static final List<String> PASSWORDS =
            List.of("p", "other", "\u00fcmlaut", "", "7".repeat(72), "7".repeat(73));
    private static final ByteString ZERO = Vocabulary.bytes(0);

    private final Random random;
    private final Vocabulary words;
    /** What was last set, as far as the sequence knows. */
    private final Map<String, String> passwords = new HashMap<>();
    /** Ranges that were granted, as far as the sequence knows. */
    private final List<AuthRoleGrantPermissionRequest> granted = new ArrayList<>();

    /** One for each key, see {@link KnownDifferences}. */
    private final Map<ByteString, ByteString> ends = new HashMap<>(Map.of(Vocabulary.bytes(0, 0), ZERO));

    private int strangers;

    UserRequests(Random random, Vocabulary words) {
        this.random = random;
        this.words = words;
    }

    /**
     * A request that may change users or roles.
     *
     * @param step the request
     * @param afterwards what brings the users back into business, some steps later
     * @param endsTokensOfRoot whether root has to log in again
     */
    record Change(Step step, List<Step> afterwards, boolean endsTokensOfRoot) {
        static Change of(StepKind kind, Message.Builder request, Step... afterwards) {
            return new Change(Step.of(kind, request.build()), List.of(afterwards), false);
        }
    }

    /**
     * Any of them.
     *
     * @param byRoot whether it will be root who asks, so that it is done
     */
    Change any(boolean byRoot) {
        Map<String, String> before = Map.copyOf(passwords);
        Change change = any();
        if (byRoot) {
            return change;
        }
        passwords.putAll(before);
        return new Change(change.step(), List.of(), false);
    }

    private Change any() {
        int kind = random.nextInt(100);
        if (kind < 18) {
            return Change.of(StepKind.ROLE_GRANT_PERMISSION, grantPermission(role()));
        }
        if (kind < 28) {
            return Change.of(StepKind.ROLE_REVOKE_PERMISSION, revokePermission());
        }
        if (kind < 42) {
            return Change.of(StepKind.USER_GRANT_ROLE, grantRole());
        }
        if (kind < 49) {
            return Change.of(
                    StepKind.USER_REVOKE_ROLE,
                    AuthUserRevokeRoleRequest.newBuilder().setName(user()).setRole(role()),
                    Step.of(StepKind.USER_GRANT_ROLE, grantRole().build()).as(AuthGame.ROOT));
        }
        if (kind < 56) {
            return change(user());
        }
        if (kind < 60) {
            return delete(user());
        }
        if (kind < 65) {
            return Change.of(StepKind.USER_ADD, add(user()));
        }
        if (kind < 69) {
            String role = role();
            return Change.of(
                    StepKind.ROLE_DELETE,
                    AuthRoleDeleteRequest.newBuilder().setRole(role),
                    Step.of(
                                    StepKind.ROLE_ADD,
                                    AuthRoleAddRequest.newBuilder()
                                            .setName(role)
                                            .build())
                            .as(AuthGame.ROOT),
                    Step.of(
                                    StepKind.ROLE_GRANT_PERMISSION,
                                    grantPermission(role()).build())
                            .as(AuthGame.ROOT),
                    Step.of(StepKind.USER_GRANT_ROLE, grantRole().build()).as(AuthGame.ROOT));
        }
        if (kind < 73) {
            return Change.of(StepKind.ROLE_ADD, AuthRoleAddRequest.newBuilder().setName(role()));
        }
        return new Change(question(random.nextInt(QUESTIONS)), List.of(), false);
    }

    private static final int QUESTIONS = 6;

    private Step question(int which) {
        return switch (which) {
            case 0 ->
                Step.of(
                        StepKind.USER_GET,
                        AuthUserGetRequest.newBuilder().setName(user()).build());
            case 1 -> Step.of(StepKind.USER_LIST, AuthUserListRequest.getDefaultInstance());
            case 2 ->
                Step.of(
                        StepKind.ROLE_GET,
                        AuthRoleGetRequest.newBuilder().setRole(role()).build());
            case 3 -> Step.of(StepKind.ROLE_LIST, AuthRoleListRequest.getDefaultInstance());
            case 4 -> Step.of(StepKind.AUTH_ENABLE, AuthEnableRequest.getDefaultInstance());
            default -> Step.of(StepKind.AUTH_STATUS, AuthStatusRequest.getDefaultInstance());
        };
    }

    /** One request for each call of the Auth service, each of which succeeds for who may, in this order. */
    List<Step> oneOfEach() {
        AuthRoleGrantPermissionRequest grant = AuthRoleGrantPermissionRequest.newBuilder()
                .setName("r3")
                .setPerm(Permission.newBuilder()
                        .setKey(ByteString.copyFromUtf8("q"))
                        .setRangeEnd(ByteString.copyFromUtf8("r")))
                .build();
        return List.of(
                step(
                        StepKind.USER_ADD,
                        AuthUserAddRequest.newBuilder().setName("fay").setPassword("p")),
                step(StepKind.USER_GET, AuthUserGetRequest.newBuilder().setName("bob")),
                step(StepKind.USER_LIST, AuthUserListRequest.newBuilder()),
                step(StepKind.USER_DELETE, AuthUserDeleteRequest.newBuilder().setName("fay")),
                change("dee").step(),
                step(
                        StepKind.USER_GRANT_ROLE,
                        AuthUserGrantRoleRequest.newBuilder().setUser("dee").setRole("r4")),
                step(
                        StepKind.USER_REVOKE_ROLE,
                        AuthUserRevokeRoleRequest.newBuilder().setName("dee").setRole("r4")),
                step(StepKind.ROLE_ADD, AuthRoleAddRequest.newBuilder().setName("r5")),
                step(StepKind.ROLE_GET, AuthRoleGetRequest.newBuilder().setRole("r5")),
                step(StepKind.ROLE_LIST, AuthRoleListRequest.newBuilder()),
                step(StepKind.ROLE_DELETE, AuthRoleDeleteRequest.newBuilder().setRole("r5")),
                step(StepKind.ROLE_GRANT_PERMISSION, grant.toBuilder()),
                step(
                        StepKind.ROLE_REVOKE_PERMISSION,
                        AuthRoleRevokePermissionRequest.newBuilder()
                                .setRole("r3")
                                .setKey(grant.getPerm().getKey())
                                .setRangeEnd(grant.getPerm().getRangeEnd())),
                step(StepKind.AUTH_ENABLE, AuthEnableRequest.newBuilder()),
                step(StepKind.AUTH_STATUS, AuthStatusRequest.newBuilder()),
                step(StepKind.AUTH_DISABLE, AuthDisableRequest.newBuilder()));
    }

    private static Step step(StepKind kind, Message.Builder request) {
        return Step.of(kind, request.build());
    }

    /** What makes the others: users with overlapping rights. */
    List<Step> everybody() {
        List<Step> steps = new ArrayList<>();
        for (String role : ROLES) {
            steps.add(Step.of(
                    StepKind.ROLE_ADD,
                    AuthRoleAddRequest.newBuilder().setName(role).build()));
            for (int i = random.nextInt(3); i >= 0; i--) {
                steps.add(Step.of(
                        StepKind.ROLE_GRANT_PERMISSION, grantPermission(role).build()));
            }
        }
        for (String user : USERS.subList(0, USERS.size() - 1)) {
            passwords.put(user, "p");
            steps.add(Step.of(
                    StepKind.USER_ADD,
                    AuthUserAddRequest.newBuilder()
                            .setName(user)
                            .setPassword("p")
                            .build()));
            for (int i = random.nextInt(3); i >= 0; i--) {
                String role = user.equals(PLAIN_USER) ? ROLES.get(random.nextInt(ROLES.size())) : role();
                steps.add(Step.of(
                        StepKind.USER_GRANT_ROLE,
                        grantRole().setUser(user).setRole(role).build()));
            }
        }
        return steps;
    }

    /** What makes root all it has to be, whatever it is now. */
    List<Step> withRoot() {
        passwords.put(AuthGame.ROOT, "p");
        return List.of(
                Step.of(
                        StepKind.USER_ADD,
                        AuthUserAddRequest.newBuilder()
                                .setName(AuthGame.ROOT)
                                .setPassword("p")
                                .build()),
                Step.of(
                        StepKind.USER_GRANT_ROLE,
                        AuthUserGrantRoleRequest.newBuilder()
                                .setUser(AuthGame.ROOT)
                                .setRole(AuthGame.ROOT)
                                .build()),
                Step.of(
                        StepKind.USER_CHANGE_PASSWORD,
                        AuthUserChangePasswordRequest.newBuilder()
                                .setName(AuthGame.ROOT)
                                .setPassword("p")
                                .build()));
    }

    /** What takes from root what it must have; possible only while nobody is asked. */
    List<Step> withoutRoot() {
        return switch (random.nextInt(3)) {
            case 0 -> List.of(delete(AuthGame.ROOT).step());
            case 1 ->
                List.of(Step.of(
                        StepKind.ROLE_DELETE,
                        AuthRoleDeleteRequest.newBuilder()
                                .setRole(AuthGame.ROOT)
                                .build()));
            default ->
                List.of(Step.of(
                        StepKind.USER_REVOKE_ROLE,
                        AuthUserRevokeRoleRequest.newBuilder()
                                .setName(AuthGame.ROOT)
                                .setRole(AuthGame.ROOT)
                                .build()));
        };
    }

    /** Anybody's login. Wrong ones are of strangers for the most part, since Mainstay answers these ever later. */
    AuthenticateRequest login() {
        int kind = random.nextInt(100);
        if (kind < 8) {
            return AuthenticateRequest.newBuilder()
                    .setName("stranger" + strangers++)
                    .setPassword("p")
                    .build();
        }
        AuthenticateRequest right = login(USERS.get(random.nextInt(USERS.size())));
        return kind < 12 ? right.toBuilder().setPassword("wrong").build() : right;
    }

    /** With the password that was last set. */
    AuthenticateRequest login(String user) {
        return AuthenticateRequest.newBuilder()
                .setName(user)
                .setPassword(passwords.getOrDefault(user, ""))
                .build();
    }

    private Change change(String user) {
        // Root must find in again, or nobody could do anything for the rest of the sequence.
        boolean root = user.equals(AuthGame.ROOT);
        String password = root ? "p" : password();
        AuthUserChangePasswordRequest.Builder request =
                AuthUserChangePasswordRequest.newBuilder().setName(user).setPassword(password);
        if (!root && random.nextInt(8) == 0) {
            request.setHashedPassword(hash());
        }
        if (Vocabulary.utf8Length(password) <= 72) {
            passwords.put(user, password);
        }
        Step login = Step.of(StepKind.AUTHENTICATE, login(user));
        return new Change(
                Step.of(StepKind.USER_CHANGE_PASSWORD, request.build()), root ? List.of() : List.of(login), root);
    }

    private Change delete(String user) {
        AuthUserAddRequest again =
                AuthUserAddRequest.newBuilder().setName(user).setPassword("p").build();
        passwords.put(user, user.equals(AuthGame.ROOT) ? passwords.getOrDefault(user, "p") : "p");
        return Change.of(
                StepKind.USER_DELETE,
                AuthUserDeleteRequest.newBuilder().setName(user),
                Step.of(StepKind.USER_ADD, again).as(AuthGame.ROOT),
                Step.of(StepKind.USER_GRANT_ROLE, grantRole().setUser(user).build())
                        .as(AuthGame.ROOT),
                Step.of(StepKind.AUTHENTICATE, login(user)));
    }

    private AuthUserAddRequest.Builder add(String user) {
        AuthUserAddRequest.Builder add =
                AuthUserAddRequest.newBuilder().setName(user).setPassword(password());
        if (random.nextInt(4) == 0) {
            add.setOptions(UserAddOptions.newBuilder().setNoPassword(random.nextBoolean()));
        }
        if (random.nextInt(6) == 0) {
            add.setHashedPassword(hash());
        }
        return add;
    }

    private AuthUserGrantRoleRequest.Builder grantRole() {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user()).setRole(role());
    }

    private AuthRoleGrantPermissionRequest.Builder grantPermission(String role) {
        AuthRoleGrantPermissionRequest.Builder grant =
                AuthRoleGrantPermissionRequest.newBuilder().setName(role);
        if (random.nextInt(25) != 0) {
            grant.setPerm(permission());
            granted.add(grant.build());
        }
        return grant;
    }

    private AuthRoleRevokePermissionRequest.Builder revokePermission() {
        AuthRoleGrantPermissionRequest grant = granted.isEmpty() || random.nextInt(4) == 0
                ? grantPermission(role()).build()
                : granted.get(random.nextInt(granted.size()));
        Permission permission = grant.getPerm();
        return AuthRoleRevokePermissionRequest.newBuilder()
                .setRole(grant.getName())
                .setKey(permission.getKey())
                .setRangeEnd(permission.getRangeEnd());
    }

    /** Wide ones for the most part, or hardly any transaction would be permitted. */
    private Permission permission() {
        Permission.Builder permission =
                Permission.newBuilder().setPermTypeValue(random.nextInt(4) == 0 ? random.nextInt(3) : 2);
        switch (random.nextInt(6)) {
            case 0 -> permission.setKey(Vocabulary.bytes(0, 0)).setRangeEnd(ZERO);
            case 1 -> permission.setKey(ByteString.copyFromUtf8("Z")).setRangeEnd(ByteString.copyFromUtf8("l"));
            default -> {
                permission.setKey(words.key());
                permission.setRangeEnd(ends.computeIfAbsent(permission.getKey(), words::rangeEnd));
            }
        }
        return permission.build();
    }

    private String user() {
        int kind = random.nextInt(20);
        return kind == 0 ? "" : kind == 1 ? "nobody" : USERS.get(random.nextInt(USERS.size()));
    }

    private String role() {
        int kind = random.nextInt(24);
        return kind == 0
                ? ""
                : kind == 1 ? "norole" : kind == 2 ? AuthGame.ROOT : ROLES.get(random.nextInt(ROLES.size()));
    }

    private String password() {
        return PASSWORDS.get(random.nextInt(3) == 0 ? random.nextInt(PASSWORDS.size()) : 0);
    }

    /** What only members say to each other: whatever a client puts there must not count. */
    private String hash() {
        return random.nextBoolean() ? "bm9oYXNo" : "no base64!";
    }
}
