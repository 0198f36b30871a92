package dev.mainstay.node.common;

import java.util.List;

/**
 * One member of the cluster, as MemberList shows it.
 *
 * @param id unsigned
 * @param name empty until the member has started for the first time
 * @param clientUrls where clients reach it; empty until it has started for the first time
 */
public record Member(long id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {

    public Member {
        peerUrls = List.copyOf(peerUrls);
        clientUrls = List.copyOf(clientUrls);
    }

    /** One that was added and hasn't started yet. */
    public static Member added(long id, List<String> peerUrls, boolean learner) {
        return new Member(id, "", peerUrls, List.of(), learner);
    }

    /** Whether it has ever started, as etcd tells it: by its name. */
    public boolean isStarted() {
        return !name.isEmpty();
    }

    /** The same member, reached by its peers elsewhere. */
    public Member withPeerUrls(List<String> urls) {
        return new Member(id, name, urls, clientUrls, learner);
    }

    /** The same member, by the name and client URLs it published. */
    public Member published(String newName, List<String> urls) {
        return new Member(id, newName, peerUrls, urls, learner);
    }

    /** The same member with a vote. */
    public Member promoted() {
        return new Member(id, name, peerUrls, clientUrls, false);
    }
}
