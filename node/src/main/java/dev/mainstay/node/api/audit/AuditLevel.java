package dev.mainstay.node.api.audit;

/** How much of a call is recorded. */
public enum AuditLevel {
    /** Nothing. */
    NONE,
    /** Who called what, when, and how it ended. */
    METADATA,
    /** That, and what was asked for: keys, options, the sizes of values. */
    REQUEST
}
