package dev.mainstay.operator.member;

/** A call of a member that failed or whose answer didn't come. */
public final class MemberCallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says which call of whom. */
    public MemberCallException(String call, String endpoint, Throwable cause) {
        super(call + " of " + endpoint + ": " + cause.getMessage(), cause);
    }
}
