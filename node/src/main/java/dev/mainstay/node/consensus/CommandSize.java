package dev.mainstay.node.consensus;

import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.command.MigrationCommand;
import dev.mainstay.node.command.Operation;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.common.Permission;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** About how much a command takes in the log and in memory: exact in its payload, generous in its framing. */
final class CommandSize {

    private static final int FRAME_BYTES = 48;
    private static final long LONGEST_COUNT = 5;

    private CommandSize() {}

    static long of(Command command) {
        return switch (command) {
            case Operation.Put put -> ofOperation(put);
            case Operation.DeleteRange delete -> ofOperation(delete);
            case Operation.Txn txn -> ofOperation(txn);
            case Command.FoundCluster found ->
                FRAME_BYTES
                        + found.members().stream()
                                .mapToLong(CommandSize::ofMember)
                                .sum();
            case Command.ForceNewCluster(Member member) -> FRAME_BYTES + ofMember(member);
            case Command.AddMember add -> FRAME_BYTES + ofTexts(add.peerUrls());
            case Command.UpdateMember update -> FRAME_BYTES + ofTexts(update.peerUrls());
            case Command.PublishMember publish -> FRAME_BYTES + ofText(publish.name()) + ofTexts(publish.clientUrls());
            case Command.By(Caller caller, Command wanted) -> ofCaller(caller) + of(wanted);
            case AuthCommand auth -> ofAuth(auth);
            case MigrationCommand migration -> ofMigration(migration);
            case Command.Other other -> FRAME_BYTES;
        };
    }

    private static long ofCaller(Caller caller) {
        return FRAME_BYTES + (caller instanceof Caller.User(String name, long _) ? ofText(name) : 0);
    }

    private static long ofAuth(AuthCommand command) {
        return FRAME_BYTES
                + switch (command) {
                    case AuthCommand.Enable _, AuthCommand.Disable _ -> 0;
                    case AuthCommand.AddUser(String name, @Nullable Bytes hash) ->
                        ofText(name) + (hash == null ? 0 : hash.length());
                    case AuthCommand.DeleteUser(String name) -> ofText(name);
                    case AuthCommand.SetPassword(String name, Bytes hash) -> ofText(name) + hash.length();
                    case AuthCommand.GrantRole(String user, String role) -> ofText(user) + ofText(role);
                    case AuthCommand.RevokeRole(String user, String role) -> ofText(user) + ofText(role);
                    case AuthCommand.AddRole(String name) -> ofText(name);
                    case AuthCommand.DeleteRole(String name) -> ofText(name);
                    case AuthCommand.GrantPermission(String role, @Nullable Permission permission) ->
                        ofText(role)
                                + (permission == null
                                        ? 0L
                                        : (long) permission.key().length()
                                                + permission.rangeEnd().length());
                    case AuthCommand.RevokePermission(String role, Bytes key, Bytes rangeEnd) ->
                        ofText(role) + key.length() + rangeEnd.length();
                    case AuthCommand.IssueToken(String user, long _, Bytes hash) -> ofText(user) + hash.length();
                };
    }

    private static long ofMigration(MigrationCommand command) {
        return FRAME_BYTES
                + switch (command) {
                    case MigrationCommand.Begin _, MigrationCommand.Complete _ -> 0;
                    case MigrationCommand.FollowCompaction _, MigrationCommand.Finish _, MigrationCommand.Abort _ -> 0;
                    case MigrationCommand.AddLeases add ->
                        (long) FRAME_BYTES * add.leases().size();
                    case MigrationCommand.DropLeases drop ->
                        (long) FRAME_BYTES * drop.leases().size();
                    case MigrationCommand.Load load -> ofVersions(load.versions());
                    case MigrationCommand.Follow follow -> ofVersions(follow.versions());
                    case MigrationCommand.AddUsers add -> ofUsers(add);
                };
    }

    private static long ofVersions(List<MigrationCommand.Version> versions) {
        long bytes = 0;
        for (MigrationCommand.Version version : versions) {
            bytes += 2L * FRAME_BYTES
                    + version.kv().key().length()
                    + version.kv().value().length();
        }
        return bytes;
    }

    private static long ofUsers(MigrationCommand.AddUsers add) {
        long bytes = 0;
        for (MigrationCommand.UserFields user : add.users()) {
            Bytes hash = user.passwordHash();
            bytes += FRAME_BYTES + ofText(user.name()) + ofTexts(user.roles()) + (hash == null ? 0 : hash.length());
        }
        for (MigrationCommand.RoleFields role : add.roles()) {
            bytes += FRAME_BYTES + ofText(role.name());
            for (Permission permission : role.permissions()) {
                bytes += FRAME_BYTES
                        + permission.key().length()
                        + permission.rangeEnd().length();
            }
        }
        return bytes;
    }

    private static long ofMember(Member member) {
        return FRAME_BYTES + ofText(member.name()) + ofTexts(member.peerUrls()) + ofTexts(member.clientUrls());
    }

    private static long ofTexts(List<String> texts) {
        return texts.stream().mapToLong(CommandSize::ofText).sum();
    }

    private static long ofText(String text) {
        return LONGEST_COUNT + text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static long ofOperation(Operation operation) {
        return switch (operation) {
            case Operation.Put put ->
                FRAME_BYTES + (long) put.key().length() + put.value().length();
            case Operation.DeleteRange delete -> FRAME_BYTES + ofRange(delete.range());
            case Operation.Range range ->
                2 * FRAME_BYTES + ofRange(range.query().range());
            case Operation.Txn txn -> ofTxn(txn);
        };
    }

    private static long ofTxn(Operation.Txn txn) {
        long bytes = FRAME_BYTES;
        for (Comparison comparison : txn.comparisons()) {
            bytes += FRAME_BYTES
                    + ofRange(comparison.range())
                    + comparison.value().length();
        }
        for (Operation operation : txn.success()) {
            bytes += ofOperation(operation);
        }
        for (Operation operation : txn.failure()) {
            bytes += ofOperation(operation);
        }
        return bytes;
    }

    private static long ofRange(KeyRange range) {
        Bytes to = range.to();
        return range.from().length() + (to == null ? 0L : to.length());
    }
}
