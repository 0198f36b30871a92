package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Permission;
import org.jspecify.annotations.Nullable;

/** The fields of changes of users, roles and tokens in a log entry. */
final class AuthCommandCodec {

    private static final int ENABLE = 22;
    private static final int DISABLE = 23;
    private static final int ADD_USER = 24;
    private static final int DELETE_USER = 25;
    private static final int SET_PASSWORD = 26;
    private static final int GRANT_ROLE = 27;
    private static final int REVOKE_ROLE = 28;
    private static final int ADD_ROLE = 29;
    private static final int DELETE_ROLE = 30;
    private static final int GRANT_PERMISSION = 31;
    private static final int REVOKE_PERMISSION = 32;
    private static final int ISSUE_TOKEN = 33;

    private static final Permission.Kind[] KINDS = Permission.Kind.values();

    private AuthCommandCodec() {}

    static void write(CommandWriter writer, AuthCommand command) {
        switch (command) {
            case AuthCommand.Enable() -> writer.octet(ENABLE);
            case AuthCommand.Disable() -> writer.octet(DISABLE);
            case AuthCommand.AddUser(String name, @Nullable Bytes hash) -> {
                texts(writer, ADD_USER, name);
                writer.flag(hash != null);
                if (hash != null) {
                    writer.bytes(hash);
                }
            }
            case AuthCommand.DeleteUser(String name) -> texts(writer, DELETE_USER, name);
            case AuthCommand.SetPassword(String name, Bytes hash) -> {
                texts(writer, SET_PASSWORD, name);
                writer.bytes(hash);
            }
            case AuthCommand.GrantRole(String user, String role) -> texts(writer, GRANT_ROLE, user, role);
            case AuthCommand.RevokeRole(String user, String role) -> texts(writer, REVOKE_ROLE, user, role);
            case AuthCommand.AddRole(String name) -> texts(writer, ADD_ROLE, name);
            case AuthCommand.DeleteRole(String name) -> texts(writer, DELETE_ROLE, name);
            case AuthCommand.GrantPermission(String role, @Nullable Permission permission) -> {
                texts(writer, GRANT_PERMISSION, role);
                writer.flag(permission != null);
                if (permission != null) {
                    writer.constant(permission.kind());
                    writer.bytes(permission.key());
                    writer.bytes(permission.rangeEnd());
                }
            }
            case AuthCommand.RevokePermission(String role, Bytes key, Bytes rangeEnd) -> {
                texts(writer, REVOKE_PERMISSION, role);
                writer.bytes(key);
                writer.bytes(rangeEnd);
            }
            case AuthCommand.IssueToken(String user, long authRevision, Bytes tokenHash) -> {
                texts(writer, ISSUE_TOKEN, user);
                writer.number(authRevision);
                writer.bytes(tokenHash);
            }
        }
    }

    static AuthCommand read(CommandReader reader, int tag) {
        return switch (tag) {
            case ENABLE -> new AuthCommand.Enable();
            case DISABLE -> new AuthCommand.Disable();
            case ADD_USER -> new AuthCommand.AddUser(text(reader), reader.flag() ? reader.bytes() : null);
            case DELETE_USER -> new AuthCommand.DeleteUser(text(reader));
            case SET_PASSWORD -> new AuthCommand.SetPassword(text(reader), reader.bytes());
            case GRANT_ROLE -> new AuthCommand.GrantRole(text(reader), text(reader));
            case REVOKE_ROLE -> new AuthCommand.RevokeRole(text(reader), text(reader));
            case ADD_ROLE -> new AuthCommand.AddRole(text(reader));
            case DELETE_ROLE -> new AuthCommand.DeleteRole(text(reader));
            case GRANT_PERMISSION ->
                new AuthCommand.GrantPermission(text(reader), reader.flag() ? permission(reader) : null);
            case REVOKE_PERMISSION -> new AuthCommand.RevokePermission(text(reader), reader.bytes(), reader.bytes());
            case ISSUE_TOKEN -> new AuthCommand.IssueToken(text(reader), reader.number(), reader.bytes());
            default -> throw new MalformedCommandException("unknown command " + tag);
        };
    }

    private static Permission permission(CommandReader reader) {
        return new Permission(reader.constant(KINDS), reader.bytes(), reader.bytes());
    }

    private static void texts(CommandWriter writer, int tag, String... texts) {
        writer.octet(tag);
        for (String text : texts) {
            MemberFields.write(writer, text);
        }
    }

    private static String text(CommandReader reader) {
        return MemberFields.text(reader);
    }
}
