package dev.mainstay.node.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.WriteSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules of users and roles, and that a table opened again is the one that was closed. */
class AuthTableTest {

    private static final Bytes HASH = Bytes.utf8("hash");
    private static final Bytes OPEN_END = Bytes.wrap(new byte[] {0});

    private final MemoryStore store = new MemoryStore();
    private AuthTable table = AuthTable.open(store);

    @Test
    void rootMustBeThereAndHaveItsRoleBeforeAnybodyIsAskedForHisName() {
        assertThat(change(table::enable)).isEqualTo(ErrorCode.ROOT_USER_MISSING);
        assertThat(change(writes -> table.addUser(writes, "root", HASH))).isNull();
        assertThat(change(table::enable)).isEqualTo(ErrorCode.ROOT_ROLE_MISSING);
        assertThat(change(writes -> table.grantRole(writes, "root", "root"))).isNull();
        long revision = table.now().revision();
        assertThat(change(table::enable)).isNull();
        assertThat(change(table::enable)).isNull();

        assertThat(table.now().enabled()).isTrue();
        assertThat(table.now().revision()).isEqualTo(revision);
        assertThat(change(writes -> table.deleteUser(writes, "root"))).isEqualTo(ErrorCode.INVALID_AUTH_MANAGEMENT);
        assertThat(change(writes -> table.revokeRole(writes, "root", "root")))
                .isEqualTo(ErrorCode.INVALID_AUTH_MANAGEMENT);
        assertThat(change(writes -> table.deleteRole(writes, "root"))).isEqualTo(ErrorCode.INVALID_AUTH_MANAGEMENT);
    }

    @Test
    void everyChangeCountsButARoleThatIsGrantedTwice() {
        change(writes -> table.addUser(writes, "ann", HASH));
        change(writes -> table.addRole(writes, "r"));
        change(writes -> table.grantRole(writes, "ann", "r"));
        Permission permission = new Permission(Permission.Kind.READ, Bytes.utf8("a"), Bytes.EMPTY);
        change(writes -> table.grantPermission(writes, "r", permission));
        assertThat(table.now().revision()).isEqualTo(5);

        assertThat(change(writes -> table.grantRole(writes, "ann", "r"))).isNull();
        assertThat(table.now().revision()).isEqualTo(5);

        assertThat(change(writes -> table.grantPermission(writes, "r", permission)))
                .isNull();
        assertThat(table.now().revision()).isEqualTo(6);
        change(writes -> table.grantPermission(
                writes, "r", new Permission(Permission.Kind.WRITE, Bytes.utf8("a"), Bytes.EMPTY)));
        assertThat(table.now().revision()).isEqualTo(7);
        assertThat(table.now().role("r").orElseThrow().permissions())
                .containsExactly(new Permission(Permission.Kind.WRITE, Bytes.utf8("a"), Bytes.EMPTY));
    }

    @Test
    void permissionsAreInTheOrderOfTheirKeysAndThenAsTheyWereGranted() {
        Permission late = new Permission(Permission.Kind.READ, Bytes.utf8("k"), Bytes.utf8("z"));
        Permission early = new Permission(Permission.Kind.READ, Bytes.utf8("k"), Bytes.utf8("l"));
        Permission first = new Permission(Permission.Kind.READ, Bytes.utf8("a"), Bytes.EMPTY);
        change(writes -> table.addRole(writes, "r"));
        change(writes -> table.grantPermission(writes, "r", late));
        change(writes -> table.grantPermission(writes, "r", early));
        change(writes -> table.grantPermission(writes, "r", first));
        change(writes -> table.grantPermission(writes, "r", late));

        assertThat(table.now().role("r").orElseThrow().permissions()).containsExactly(first, late, early);
    }

    @Test
    void refusalsNameWhatIsWrong() {
        change(writes -> table.addUser(writes, "ann", HASH));
        change(writes -> table.addRole(writes, "r"));

        assertThat(change(writes -> table.addUser(writes, "", HASH))).isEqualTo(ErrorCode.USER_EMPTY);
        assertThat(change(writes -> table.addUser(writes, "ann", HASH))).isEqualTo(ErrorCode.USER_EXISTS);
        assertThat(change(writes -> table.deleteUser(writes, "bob"))).isEqualTo(ErrorCode.USER_NOT_FOUND);
        assertThat(change(writes -> table.setPassword(writes, "bob", HASH))).isEqualTo(ErrorCode.USER_NOT_FOUND);
        assertThat(change(writes -> table.grantRole(writes, "bob", "r"))).isEqualTo(ErrorCode.USER_NOT_FOUND);
        assertThat(change(writes -> table.grantRole(writes, "ann", "s"))).isEqualTo(ErrorCode.ROLE_NOT_FOUND);
        assertThat(change(writes -> table.revokeRole(writes, "ann", "r"))).isEqualTo(ErrorCode.ROLE_NOT_GRANTED);
        assertThat(change(writes -> table.addRole(writes, ""))).isEqualTo(ErrorCode.ROLE_EMPTY);
        assertThat(change(writes -> table.addRole(writes, "r"))).isEqualTo(ErrorCode.ROLE_EXISTS);
        assertThat(change(writes -> table.deleteRole(writes, "s"))).isEqualTo(ErrorCode.ROLE_NOT_FOUND);
        assertThat(change(writes -> table.revokePermission(writes, "r", Bytes.utf8("a"), Bytes.EMPTY)))
                .isEqualTo(ErrorCode.PERMISSION_NOT_GRANTED);
        assertThat(grant("b", Bytes.utf8("b"))).isEqualTo(ErrorCode.INVALID_AUTH_MANAGEMENT);
        assertThat(grant("", OPEN_END)).isEqualTo(ErrorCode.INVALID_AUTH_MANAGEMENT);
        assertThat(grant("b", OPEN_END)).isNull();
    }

    @Test
    void aRoleThatGoesIsTakenFromItsUsersInOneChange() {
        change(writes -> table.addUser(writes, "ann", HASH));
        change(writes -> table.addUser(writes, "bob", null));
        change(writes -> table.addRole(writes, "r"));
        change(writes -> table.grantRole(writes, "ann", "r"));
        change(writes -> table.grantRole(writes, "bob", "r"));
        long before = table.now().revision();

        change(writes -> table.deleteRole(writes, "r"));

        assertThat(table.now().revision()).isEqualTo(before + 1);
        assertThat(table.now().users()).allMatch(user -> user.roles().isEmpty());
    }

    @Test
    void aTableOpenedAgainIsTheSame() {
        change(writes -> table.addUser(writes, "root", HASH));
        change(writes -> table.addUser(writes, "größer", null));
        change(writes -> table.addRole(writes, "r"));
        change(writes -> table.grantRole(writes, "root", "root"));
        change(writes -> table.grantRole(writes, "größer", "r"));
        grant("a", OPEN_END);
        grant("k", Bytes.EMPTY);
        change(table::enable);
        AuthState before = table.now();

        table = AuthTable.open(store);

        AuthState after = table.now();
        assertThat(after.enabled()).isTrue();
        assertThat(after.revision()).isEqualTo(before.revision());
        assertThat(after.users()).isEqualTo(before.users());
        assertThat(after.roles()).isEqualTo(before.roles());
    }

    /** etcd's GHSA-xg4h-6gfc-h4m8: what is granted for a key says nothing of what lies behind it. */
    @Test
    void aGrantOfOneKeyIsForThatKey() {
        Caller ann = enabledWith(new Permission(Permission.Kind.READ, Bytes.utf8("k"), Bytes.EMPTY));

        AuthState now = table.now();
        assertThat(now.mayRead(ann, KeyRange.single(Bytes.utf8("k")))).isNull();
        assertThat(now.mayRead(ann, KeyRange.of(Bytes.utf8("k"), OPEN_END))).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(now.mayRead(ann, KeyRange.of(Bytes.utf8("k"), Bytes.utf8("l"))))
                .isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(now.mayRead(ann, KeyRange.of(OPEN_END, OPEN_END))).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(now.mayRead(ann, KeyRange.all())).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(now.mayWrite(ann, KeyRange.single(Bytes.utf8("k")))).isEqualTo(ErrorCode.PERMISSION_DENIED);
    }

    @Test
    void whoCallsIsAskedForInEtcdsOrder() {
        Caller ann = enabledWith(new Permission(Permission.Kind.READWRITE, Bytes.utf8("k"), OPEN_END));
        AuthState now = table.now();
        KeyRange key = KeyRange.single(Bytes.utf8("k"));

        assertThat(now.mayRead(Caller.NOBODY, key)).isEqualTo(ErrorCode.USER_EMPTY);
        assertThat(now.mayAdminister(Caller.NOBODY)).isEqualTo(ErrorCode.USER_EMPTY);
        assertThat(now.mayRead(new Caller.User("ann", now.revision() - 1), key)).isEqualTo(ErrorCode.AUTH_OLD_REVISION);
        assertThat(now.mayRead(new Caller.User("gone", now.revision()), key)).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(now.mayAdminister(new Caller.User("gone", now.revision()))).isEqualTo(ErrorCode.USER_NOT_FOUND);
        assertThat(now.mayAdminister(ann)).isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(now.mayAdminister(new Caller.User("root", 1))).isNull();
        assertThat(now.mayWrite(Caller.CLUSTER, KeyRange.all())).isNull();
    }

    private Caller enabledWith(Permission permission) {
        change(writes -> table.addUser(writes, "root", HASH));
        change(writes -> table.grantRole(writes, "root", "root"));
        change(writes -> table.addUser(writes, "ann", HASH));
        change(writes -> table.addRole(writes, "r"));
        change(writes -> table.grantRole(writes, "ann", "r"));
        change(writes -> table.grantPermission(writes, "r", permission));
        change(table::enable);
        return new Caller.User("ann", table.now().revision());
    }

    private @Nullable ErrorCode grant(String key, Bytes rangeEnd) {
        return change(writes ->
                table.grantPermission(writes, "r", new Permission(Permission.Kind.READ, Bytes.utf8(key), rangeEnd)));
    }

    private @Nullable ErrorCode change(Function<WriteSet, @Nullable ErrorCode> change) {
        try (StoreTransaction changes = store.begin()) {
            ErrorCode refusal = change.apply(changes);
            store.write(changes);
            return refusal;
        }
    }
}
