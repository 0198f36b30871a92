package dev.mainstay.node.membership;

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
}
