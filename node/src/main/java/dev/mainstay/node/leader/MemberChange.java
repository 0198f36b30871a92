package dev.mainstay.node.leader;

import java.util.List;

/** What a client asks for to be changed about the members. Ids are unsigned. */
public sealed interface MemberChange {

    /** Adds a member that will be started later; the id is the asker's choice. */
    record Add(long id, List<String> peerUrls, boolean learner) implements MemberChange {

        public Add {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** Takes a member out for ever. */
    record Remove(long id) implements MemberChange {}

    /** Says where a member's peers reach it. */
    record Update(long id, List<String> peerUrls) implements MemberChange {

        public Update {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** Gives a learner a vote. */
    record Promote(long id) implements MemberChange {}
}
