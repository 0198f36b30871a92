package dev.mainstay.node.apply;

import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.auth.AuthTable;
import dev.mainstay.node.command.AuthCommand;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Permission;
import dev.mainstay.node.storage.WriteSet;
import org.jspecify.annotations.Nullable;

/** Changes of users and roles, and what they do to tokens. */
final class AuthHandlers {

    private final AuthTable table;

    AuthHandlers(AuthTable table) {
        this.table = table;
    }

    Outcome apply(LogEntry entry, AuthCommand command) {
        if (command instanceof AuthCommand.IssueToken issue) {
            return issue(entry, issue);
        }
        ErrorCode refusal = change(entry, command);
        return refusal != null
                ? new Outcome.Refused(refusal)
                : new Outcome.Done(entry.kv().revision());
    }

    private @Nullable ErrorCode change(LogEntry entry, AuthCommand command) {
        WriteSet changes = entry.changes();
        return switch (command) {
            case AuthCommand.Enable() -> table.enable(changes);
            case AuthCommand.Disable() -> {
                table.disable(changes);
                entry.tokensChanged(CommittedTokens::over);
                yield null;
            }
            case AuthCommand.AddUser(String name, @Nullable Bytes hash) -> table.addUser(changes, name, hash);
            case AuthCommand.DeleteUser(String name) -> endingTokens(entry, name, table.deleteUser(changes, name));
            case AuthCommand.SetPassword(String name, Bytes hash) ->
                endingTokens(entry, name, table.setPassword(changes, name, hash));
            case AuthCommand.GrantRole(String user, String role) -> table.grantRole(changes, user, role);
            case AuthCommand.RevokeRole(String user, String role) -> table.revokeRole(changes, user, role);
            case AuthCommand.AddRole(String name) -> table.addRole(changes, name);
            case AuthCommand.DeleteRole(String name) -> table.deleteRole(changes, name);
            case AuthCommand.GrantPermission(String role, @Nullable Permission permission) ->
                permission == null ? ErrorCode.PERMISSION_NOT_GIVEN : table.grantPermission(changes, role, permission);
            case AuthCommand.RevokePermission(String role, Bytes key, Bytes rangeEnd) ->
                table.revokePermission(changes, role, key, rangeEnd);
            case AuthCommand.IssueToken _ -> throw new IllegalArgumentException("no change of users or roles");
        };
    }

    private static @Nullable ErrorCode endingTokens(LogEntry entry, String user, @Nullable ErrorCode refusal) {
        if (refusal == null) {
            entry.tokensChanged(tokens -> tokens.overFor(user));
        }
        return refusal;
    }

    /** The password may have been changed since it was looked at. */
    private Outcome issue(LogEntry entry, AuthCommand.IssueToken issue) {
        AuthState now = table.now();
        if (!now.enabled()) {
            return new Outcome.Refused(ErrorCode.AUTH_NOT_ENABLED);
        }
        if (now.revision() != issue.authRevision()) {
            return new Outcome.Refused(ErrorCode.AUTH_OLD_REVISION);
        }
        entry.tokensChanged(tokens -> tokens.issued(issue.user(), issue.tokenHash()));
        return new Outcome.TokenIssued(entry.kv().revision(), entry.index());
    }
}
