package dev.mainstay.operator.pki;

/** A certificate or key that can't be made or read. */
public final class PkiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what couldn't be done. */
    public PkiException(String what, Throwable cause) {
        super(what, cause);
    }

    /** Says what is wrong. */
    public PkiException(String what) {
        super(what);
    }
}
