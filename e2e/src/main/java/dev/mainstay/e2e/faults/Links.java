package dev.mainstay.e2e.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The links between all pairs of members. */
final class Links {
    private final int members;
    private final List<Link> links = new ArrayList<>();

    Links(int members, Random random) {
        this.members = members;
        for (int i = 0; i < members * members; i++) {
            links.add(new Link(new Random(random.nextLong())));
        }
    }

    Link get(int from, int to) {
        return links.get(from * members + to);
    }

    void heal() {
        links.forEach(Link::heal);
    }
}
