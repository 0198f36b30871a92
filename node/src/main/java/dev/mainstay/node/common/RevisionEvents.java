package dev.mainstay.node.common;

import java.util.List;

/** Everything one revision changed, in the order it was changed; never empty. */
public record RevisionEvents(long revision, List<Event> events) {}
