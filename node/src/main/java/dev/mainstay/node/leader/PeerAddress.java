package dev.mainstay.node.leader;

import dev.mainstay.node.common.Member;

/** Where the log reaches a member. */
final class PeerAddress {

    private PeerAddress() {}

    /** {@code host:port} of its first peer URL; empty if it has none. */
    static String of(Member member) {
        if (member.peerUrls().isEmpty()) {
            return "";
        }
        String url = member.peerUrls().getFirst();
        int scheme = url.indexOf("://");
        return scheme < 0 ? url : url.substring(scheme + 3);
    }
}
