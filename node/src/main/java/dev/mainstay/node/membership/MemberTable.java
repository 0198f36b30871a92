package dev.mainstay.node.membership;

import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is in the cluster, as it agreed on it, and who was and can't come back. Changed by the apply thread only, each time
 * with the transaction of its log entry; read by any, who may see a change a moment before it is written.
 *
 * <pre>
 * member  id (8 bytes, big endian) → {@link MemberRecord}
 * </pre>
 */
public final class MemberTable {

    /** One row per member, present or removed. */
    public static final Table TABLE = new Table("member");

    private volatile Members now;

    private MemberTable(Members now) {
        this.now = now;
    }

    /** Reads the members of a store. */
    public static MemberTable open(StoreView store) {
        List<Member> members = new ArrayList<>();
        List<Long> removed = new ArrayList<>();
        try (Cursor cursor = store.cursor(TABLE, null, null)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                Member member = MemberRecord.decode(cursor.key(), cursor.value());
                if (member == null) {
                    removed.add(MemberRecord.id(cursor.key()));
                } else {
                    members.add(member);
                }
            }
        }
        return new MemberTable(new Members(members, removed));
    }

    /** The members as of the last applied entry. Any thread. */
    public Members now() {
        return now;
    }

    /** Records a member, new or changed. */
    public void put(WriteSet changes, Member member) {
        Members before = now;
        Invariant.check(!before.isRemoved(member.id()), "member %x was removed for ever", member.id());
        List<Member> next = new ArrayList<>(before.members());
        next.removeIf(known -> known.id() == member.id());
        next.add(member);
        changes.put(TABLE, MemberRecord.key(member.id()), MemberRecord.value(member));
        now = new Members(next, before.removed());
    }

    /** Takes a member out for ever. */
    public void remove(WriteSet changes, long id) {
        Members before = now;
        Invariant.check(before.find(id).isPresent(), "member %x isn't there", id);
        List<Member> next = new ArrayList<>(before.members());
        next.removeIf(known -> known.id() == id);
        List<Long> removed = new ArrayList<>(before.removed());
        removed.add(id);
        changes.put(TABLE, MemberRecord.key(id), MemberRecord.removed());
        now = new Members(next, removed);
    }
}
