package dev.mainstay.node.api.audit;

/** How keys show in the log. */
public enum KeyForm {
    /** As they are. */
    CLEAR,
    /** As the SHA-256 of their bytes, hex: the same key can be found again, and who guesses a key can see that he is right. */
    HASHED,
    /** Not at all. */
    OMITTED
}
